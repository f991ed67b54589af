#include "docs/transcript.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace book::docs {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(' ', at), text.size());
}

// 12, 1,204.5 and 1'000 are numbers; the full stop after one ends a sentence.
std::size_t skip_number(std::string_view text, std::size_t at) {
  while (at < text.size() &&
         (is_digit(text[at]) || ((text[at] == '.' || text[at] == ',' || text[at] == '\'') &&
                                 at + 1 < text.size() && is_digit(text[at + 1])))) {
    ++at;
  }
  return at;
}

// The position after "  ~ 12", when that is what stands at `at`.
std::optional<std::size_t> approximate(std::string_view shown, std::size_t at) {
  at = skip_blanks(shown, at);
  if (at == shown.size() || shown[at] != '~') return {};
  at = skip_blanks(shown, at + 1);
  if (at == shown.size() || !is_digit(shown[at])) return {};
  return skip_number(shown, at);
}

std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (char c : command) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ') {
      if (std::exchange(in_word, false)) words.push_back(std::exchange(word, {}));
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int end) {
    if (ends[end] >= 0) ::close(std::exchange(ends[end], -1));
  }
  int ends[2];
};

/// A line that marks a moment as measured, although the program runs in virtual time.
std::optional<std::string> hides_an_exact_time(const MarkedBlock& block, const RunMark& run) {
  static const std::regex measured(R"(~[0-9,]+ ms)");
  if (std::find(run.command.begin(), run.command.end(), "--virtual-time") == run.command.end())
    return std::nullopt;
  for (const std::string& line : block.lines)
    if (std::regex_search(line, measured)) return line;
  return std::nullopt;
}

}  // namespace

RunMark parse_run(const MarkedBlock& block) {
  RunMark run;
  run.command = words_of(block.argument);
  if (run.command.empty())
    throw std::runtime_error("which program? <!-- run: 01_simple_future -->");
  for (const std::string& option : block.options) {
    const auto number = [&](std::string_view name) {
      return std::stoi(option.substr(name.size()));
    };
    try {
      if (option.starts_with("exit="))
        run.exit_code = number("exit=");
      else if (option.starts_with("seconds="))
        run.limit = std::chrono::seconds(number("seconds="));
      else if (option == "stderr")
        run.on_stderr = true;
      else if (option == "prefix")
        run.prefix = true;
      else if (option == "stop")
        run.prefix = run.stop = true;
      else
        throw std::runtime_error("");
    } catch (const std::exception&) {
      throw std::runtime_error(fmt::format(
          "'{}' is no option of a run: there are exit=N, seconds=N, stderr, prefix and stop",
          option));
    }
  }
  return run;
}

Outcome run_program(const std::filesystem::path& program, const RunMark& run,
                    const std::filesystem::path& folder, std::size_t lines) {
  Pipe out, err;
  std::vector<char*> argv;
  std::vector<std::string> words = run.command;
  words[0] = program.string();
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(out.ends[1], 1);
    ::dup2(err.ends[1], 2);
    ::signal(SIGINT, SIG_DFL);  // which a script's background jobs ignore, and so do their children
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  out.close_end(1);
  err.close_end(1);

  Outcome outcome;
  const auto end = std::chrono::steady_clock::now() + run.limit;
  bool stopped = false;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    pollfd fds[] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const int ready = ::poll(fds, 2, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      outcome.timed_out = true;
      ::kill(child, SIGKILL);
      break;
    }
    for (int i : {0, 1}) {
      if (fds[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t got = ::read(fds[i].fd, buffer, sizeof buffer);
      if (got > 0)
        (i == 0 ? outcome.out : outcome.err).append(buffer, static_cast<std::size_t>(got));
      else
        (i == 0 ? out : err).close_end(0);
    }
    const std::string& watched = run.on_stderr ? outcome.err : outcome.out;
    if (run.stop && !stopped &&
        static_cast<std::size_t>(std::count(watched.begin(), watched.end(), '\n')) >= lines) {
      stopped = true;
      ::kill(child, SIGINT);
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

bool line_matches(std::string_view shown, std::string_view printed) {
  std::size_t at = 0, there = 0;
  while (at < shown.size()) {
    const auto after = approximate(shown, at);
    if (after) {
      at = *after;
      there = skip_blanks(printed, there);
      if (there < printed.size() && printed[there] == '~') there = skip_blanks(printed, there + 1);
      const auto number_end = skip_number(printed, there);
      if (number_end == there) return false;
      there = number_end;
      continue;
    }
    if (there == printed.size() || shown[at] != printed[there]) return false;
    ++at, ++there;
  }
  return there == printed.size();
}

std::optional<std::string> compare(const std::vector<std::string>& all_shown,
                                   const std::vector<std::string>& printed, bool prefix) {
  const auto without_end = [](std::string_view line) {
    return line.substr(0, line.find_last_not_of(" \t\r") + 1);
  };
  std::vector<std::string_view> shown;
  for (const std::string& line : all_shown) {
    if (!line.starts_with("$ ")) shown.push_back(without_end(line));
  }
  // A line "..." stands for any number of lines: the next one shown may come later.
  std::size_t at = 0, there = 0, gap = shown.size(), gap_there = 0;
  for (;;) {
    if (at == shown.size() && (there == printed.size() || prefix)) return {};
    if (at < shown.size() && shown[at] == "...") {
      gap = at++;
      gap_there = there;
      continue;
    }
    if (at < shown.size() && there < printed.size() &&
        line_matches(shown[at], without_end(printed[there]))) {
      ++at, ++there;
      continue;
    }
    if (gap < shown.size() && gap_there < printed.size()) {  // let the gap swallow one more line
      at = gap + 1;
      there = ++gap_there;
      continue;
    }
    return fmt::format("line {} of the transcript differs\n  shown:   {}\n  printed: {}", at + 1,
                       at < shown.size() ? shown[at] : "(the transcript ends here)",
                       there < printed.size() ? printed[there] : "(the output ends here)");
  }
}

std::vector<Problem> check_run(const Page& page, const MarkedBlock& block,
                               const std::filesystem::path& bin,
                               const std::filesystem::path& root) {
  const std::string where = fmt::format("{}:{}", page.file.string(), block.line);
  try {
    const RunMark run = parse_run(block);
    const auto program = bin / run.command[0];
    if (!std::filesystem::exists(program)) {
      return {{where,
               fmt::format("there is no program '{}': a mark begins with a chapter's folder name",
                           run.command[0])}};
    }
    if (const auto line = hides_an_exact_time(block, run)) {
      return {
          {where, fmt::format("in virtual time every moment is exact, so no ~ here: {}", *line)}};
    }
    const auto shown =
        std::count_if(block.lines.begin(), block.lines.end(),
                      [](const std::string& line) { return !line.starts_with("$ "); });
    const Outcome outcome = run_program(program, run, root, static_cast<std::size_t>(shown));
    const std::string told =
        fmt::format("\nIts stdout:\n{}\nIts stderr:\n{}", outcome.out, outcome.err);
    if (outcome.timed_out) {
      return {{where, fmt::format("'{}' was not over after {} s: is time virtual? More time: <!-- "
                                  "run seconds=60: ... -->{}",
                                  block.argument, run.limit.count(), told)}};
    }
    if (outcome.exit_code != run.exit_code) {
      return {{where, fmt::format("'{}' ended with exit code {}, not {}{}", block.argument,
                                  outcome.exit_code, run.exit_code, told)}};
    }
    const auto difference =
        compare(block.lines, split_lines(run.on_stderr ? outcome.err : outcome.out), run.prefix);
    if (difference) {
      return {
          {where,
           fmt::format(
               "'{}' prints something else: {}\nIf the program is right, paste what it prints.{}",
               block.argument, *difference, told)}};
    }
    return {};
  } catch (const std::exception& error) {
    return {{where, error.what()}};
  }
}

}  // namespace book::docs
