// Conversations with a server, as READMEs show them: the server is started, the commands are given
// to bash. README.md here has the rules.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "docs/each_page.h"
#include "docs/markdown.h"
#include "docs/text.h"
#include "docs/transcript.h"
#include "support/paths.h"
#include "support/watchdog.h"

namespace book::docs {
namespace clients_test {

constexpr const char* kShownPort = "7878";

std::string replace_all(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

/// Runs until its end of scope, or stop().
class Server {
 public:
  explicit Server(std::vector<std::string> words) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe2");
    words.insert(words.end(), {"--port", "0"});
    words[0] = test::program(words[0]).string();
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execv(argv[0], argv.data());
      std::_Exit(127);
    }
    ::close(out[1]);
    static const std::regex line("listening on http://127\\.0\\.0\\.1:(\\d+)/\n");
    std::string said;
    std::smatch match;
    char buffer[1024];
    ssize_t n = 0;
    while (!std::regex_search(said, match, line) && (n = ::read(out[0], buffer, sizeof buffer)) > 0)
      said.append(buffer, static_cast<std::size_t>(n));
    if (!match.empty()) port_ = match[1];
    out_ = out[0];
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (pid_ > 0) stop(SIGKILL);
    ::close(out_);
  }

  /// Empty: it has ended without a word of where it listens.
  const std::string& port() const { return port_; }

  /// The exit code, or 128 and the signal that has killed it.
  int stop(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string port_;
};

/// Of what a client sees, times and ports differ from run to run, and nothing else does: a ~ before
/// any other figure would hide a page that has changed.
std::vector<Problem> check_measured(const std::string& where,
                                    const std::vector<std::string>& lines) {
  static const std::regex figure(R"(~[0-9][0-9.,]*( s\b| ms\b|/)?)");
  std::vector<Problem> problems;
  for (const std::string& line : lines) {
    if (line.starts_with("$ ")) continue;
    for (std::sregex_iterator it(line.begin(), line.end(), figure), end; it != end; ++it) {
      if (!(*it)[1].matched)
        problems.push_back(
            {where, fmt::format("'{}' is no time and no port: it is the same at each "
                                "run, so show it without the ~",
                                it->str())});
    }
  }
  return problems;
}

std::vector<Problem> check_clients(const Page& page, const MarkedBlock& block) {
  const std::string where = fmt::format("{}:{}", page.file.string(), block.line);
  RunMark mark = parse_run(block);
  if (!std::filesystem::exists(test::program(mark.command[0])))
    return {{where, fmt::format("there is no program '{}'", mark.command[0])}};
  Server server(mark.command);
  if (server.port().empty())
    return {{where, fmt::format("'{}' does not say where it listens", block.argument)}};

  std::vector<Problem> problems;
  for (std::size_t at = 0; at < block.lines.size();) {
    const std::string command = block.lines[at++];
    if (!command.starts_with("$ ")) {
      problems.push_back({where, "the block begins with a command: $ curl ..."});
      break;
    }
    std::vector<std::string> shown;
    while (at < block.lines.size() && !block.lines[at].starts_with("$ "))
      shown.push_back(block.lines[at++]);

    RunMark run;
    run.command = {"bash", "-c", replace_all(command.substr(2), kShownPort, server.port())};
    const Outcome outcome = run_program("/bin/bash", run, test::source_dir(), 0);
    const std::string printed = replace_all(outcome.out, server.port(), kShownPort);
    if (const auto difference = compare(shown, split_lines(printed), false)) {
      problems.push_back(
          {where, fmt::format("'{}' prints something else: {}\nIts stdout:\n{}\nIts stderr:\n{}",
                              command, *difference, printed, outcome.err)});
    }
  }
  if (const int code = server.stop(SIGINT); code != 0)
    problems.push_back({where, fmt::format("the server has ended with {}", code)});
  return problems;
}

TEST(ClientsOfAPage, ATildeHidesNoFigureThatIsExact) {
  EXPECT_TRUE(
      check_measured("p:1", {"after ~0.001 s", "~5 ms", "http://127.0.0.1:~7878/"}).empty());
  EXPECT_TRUE(check_measured("p:1", {"$ cd ~1", "200, 561 bytes"}).empty());
  EXPECT_EQ(check_measured("p:1", {"Content-Length: ~271", "200, ~271 bytes"}).size(), 2U);
}

class Clients : public EachPage {};

TEST_P(Clients, SeeWhatThePageShows) {
  if (std::system("command -v curl bash >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "curl is missing: install it (apt-get install curl) to run this test";
  const Page& page = GetParam();
  for (const MarkedBlock& block : blocks("clients")) {
    test::give_this_test(std::chrono::seconds(60));
    expect_none(check_measured(fmt::format("{}:{}", page.file.string(), block.line), block.lines));
    expect_none(check_clients(page, block));
  }
}

INSTANTIATE_TEST_SUITE_P(TheBook, Clients, pages_with("clients"), name_of_page);

}  // namespace clients_test
}  // namespace book::docs
