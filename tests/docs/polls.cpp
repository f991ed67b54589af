// A lint that reads text: a poll ends, and no thread that runs tasks is held up. It finds the
// functions that are given a Context, the loops in them, and the calls that are known to wait.
#include <fmt/format.h>

#include <initializer_list>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "docs/code.h"
#include "docs/sources.h"

namespace book::docs {
namespace fs = std::filesystem;
namespace {

/// Whether the comment of a line, of the one above it, or of the whole file begins with `mark`.
bool is_marked(const std::vector<std::string>& lines, int line, std::string_view mark) {
  const std::string comment = fmt::format("// {}: ", mark);
  for (int i : {line - 1, line - 2, 0}) {
    if (i >= 0 && lines[static_cast<std::size_t>(i)].find(comment) != std::string::npos)
      return true;
  }
  return false;
}

/// The `{` of the body of the function whose parameters end at `close`, or npos.
std::size_t body_of(std::string_view code, std::size_t close) {
  static const std::regex between(
      R"(^\)(\s|const|noexcept|override|final|mutable|->\s*[\w:<>,\s*&]+)*\{)");
  std::cmatch match;
  const std::string_view rest = code.substr(close, 200);
  if (!std::regex_search(rest.data(), rest.data() + rest.size(), match, between)) return code.npos;
  return close + static_cast<std::size_t>(match.length()) - 1;
}

/// The statement from `at` on: to its `;`, or over its block.
std::size_t end_of_statement(std::string_view code, std::size_t at) {
  for (std::size_t i = from(code, at); i < code.size(); ++i) {
    if (code[i] == ';') return i;
    if (code[i] == '{') return matching_close(code, i);
    if (code[i] == '(' || code[i] == '[') i = matching_close(code, i);
  }
  return code.size();
}

bool has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

/// It calls the system itself: `::recv(`, and not `std::move(` or `::close(` of a class.
bool calls_the_system(std::string_view round) {
  static const std::regex call(R"((^|[^\w:>])::[a-z_0-9]+\()");
  return std::regex_search(round.begin(), round.end(), call);
}

/// A loop that ends by its shape: over a range, up to a bound, with its turn (TurnMark of 04); or
/// each round asks a future below and is left when that is pending. (What is below is read, too.)
/// One that catches exceptions, or calls the system, may go round for an error that stays.
bool ends_by_itself(std::string_view head, std::string_view round) {
  if (head.starts_with("for") && (has(head, " : ") || has(head, "<") || has(head, " > ")))
    return true;
  if (has(round, "is_over()) return")) return true;
  const auto asked = round.find("is_pending()");
  if (asked == round.npos || has(round, "catch") || calls_the_system(round)) return false;
  return has(round.substr(asked), "return") || has(round.substr(asked), "break");
}

/// The loop of wait_queue.h (11): another round comes only of news that came while the waker was
/// being copied.
bool looks_again(std::string_view code, std::size_t end_of_round) {
  const std::size_t condition = code.find('(', end_of_round);
  if (condition == code.npos) return false;
  const auto text = code.substr(condition, matching_close(code, condition) - condition);
  return text.starts_with("(!") && has(text, "wait") && has(text, "cx, lock");
}

/// The loops between `open` and `close`, the brackets of a body.
void check_loops(const fs::path& file, const std::vector<std::string>& lines, std::string_view code,
                 std::size_t open, std::size_t close, std::vector<Problem>& problems) {
  for (std::size_t i = open; i < close; ++i) {
    if (!is_word(code[i]) || is_word(code[i - 1])) continue;
    const std::string_view word = word_at(code, i);
    if (!is_one_of(word, {"for", "while", "do"})) continue;
    std::size_t round = i + word.size();
    std::string_view head = word;
    if (word != "do") {
      const std::size_t end = matching_close(code, from(code, round)) + 1;
      head = code.substr(i, end - i);
      round = end;
      // The condition of a do, which was looked at already.
      if (word == "while" && from(code, end) < code.size() && code[from(code, end)] == ';')
        continue;
    }
    const std::size_t end = end_of_statement(code, round);
    const int line = line_of(code, i);
    if (word == "do" && looks_again(code, end)) continue;
    if (ends_by_itself(head, code.substr(round, end - round)) || is_marked(lines, line, "ends"))
      continue;
    problems.push_back(
        {fmt::format("{}:{}", file.string(), line),
         "a loop in a poll: give it a bound, or say in a line above why it ends: // ends: ..."});
  }
}

/// `call` begins at `at`, and a bracket follows.
bool may_block(std::string_view code, std::size_t at, std::string_view call) {
  if (is_one_of(call, {"open", "openat", "openat2"}))  // ::open(), and not a function of ours
    return at >= 3 && code.substr(at - 2, 2) == "::" && !is_word(code[at - 3]);
  return is_one_of(call, {"flock", "getaddrinfo", "getnameinfo", "fsync", "fdatasync", "usleep",
                          "nanosleep", "sleep_for", "waitpid"});
}

/// Whether the file declares a constructor of `type` without arguments.
bool is_made_of_nothing(std::string_view code, std::string_view type) {
  const std::string call = fmt::format("{}()", type);
  for (auto at = code.find(call); at != code.npos; at = code.find(call, at + 1)) {
    if (at > 0 && (is_word(code[at - 1]) || code[at - 1] == '~')) continue;
    const std::string_view behind = code.substr(from(code, at + call.size()));
    if (behind.starts_with("noexcept") || behind.starts_with("= default") ||
        behind.starts_with(";") || behind.starts_with("{"))
      return true;
  }
  return false;
}

}  // namespace

std::vector<Problem> check_polls(const fs::path& file, const std::string& source) {
  std::vector<Problem> problems;
  if (file.begin()->string() == "tests") return problems;
  const std::string code_text = code_only(source);
  const std::string_view code = code_text;
  const auto lines = split_lines(source);
  for (auto at = code.find("Context&"); at != code.npos; at = code.find("Context&", at + 1)) {
    std::size_t close = at;  // of the parameters
    while (close < code.size() && code[close] != ')' && code[close] != ';') {
      if (code[close] == '(') close = matching_close(code, close);
      ++close;
    }
    if (close >= code.size() || code[close] != ')') continue;
    const std::size_t open = body_of(code, close);
    if (open != code.npos)
      check_loops(file, lines, code, open, matching_close(code, open), problems);
  }
  return problems;
}

std::vector<Problem> check_blocking(const fs::path& file, const std::string& source) {
  std::vector<Problem> problems;
  const std::string path = file.generic_string();
  // The threads of 14 are there for that; and the programs show what it does to the others.
  if (file.begin()->string() == "tests" || has(path, "/14_blocking/") || has(path, "/story/") ||
      file.filename() == "main.cpp")
    return problems;
  const std::string code_text = code_only(source);
  const std::string_view code = code_text;
  const auto lines = split_lines(source);
  for (std::size_t i = 1; i < code.size(); ++i) {
    if (!is_word(code[i]) || is_word(code[i - 1])) continue;
    const std::string_view call = word_at(code, i);
    const std::size_t at = std::exchange(i, i + call.size() - 1);
    const std::size_t arguments = from(code, at + call.size());
    if (arguments == code.size() || code[arguments] != '(' || !may_block(code, at, call)) continue;
    const std::string_view given =
        code.substr(arguments, matching_close(code, arguments) - arguments);
    if (has(given, "O_NONBLOCK") || has(given, "O_PATH") || has(given, "O_DIRECTORY") ||
        has(given, "LOCK_NB"))
      continue;
    const int line = line_of(code, at);
    if (is_marked(lines, line, "blocks")) continue;
    problems.push_back({fmt::format("{}:{}", path, line),
                        fmt::format("{}() may block its thread, and all tasks on it: give it to a "
                                    "thread of 14, or say in a line above why it may: // blocks: "
                                    "...",
                                    call)});
  }
  return problems;
}

std::vector<Problem> check_assignments(const fs::path& file, const std::string& source) {
  constexpr std::string_view kAssign = "& operator=(";
  std::vector<Problem> problems;
  if (!has(source, kAssign)) return problems;
  const std::string code_text = code_only(source);
  const std::string_view code = code_text;
  for (auto at = code.find(kAssign); at != code.npos; at = code.find(kAssign, at + 1)) {
    const std::string_view type = word_ending(code, at - 1);
    const std::size_t argument = at + kAssign.size();
    if (type.empty() || word_at(code, argument) != type) continue;
    if (code[argument + type.size()] != ' ' || !is_made_of_nothing(code, type)) continue;
    problems.push_back(
        {fmt::format("{}:{}", file.generic_string(), line_of(code, at)),
         "operator= takes its argument by value, and that may be {}: of which clang 14 forgets the "
         "destructor in a member of a class template. Write two, for const& and for &&"});
  }
  return problems;
}

}  // namespace book::docs
