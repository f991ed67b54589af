// A lint that reads text, not C++: it finds the statement around each co_await and looks at its
// shape.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "docs/code.h"
#include "docs/sources.h"

namespace book::docs {
namespace {

// Whether the brace at `at` opens a block (or a body), and no braced initialiser.
bool opens_block(std::string_view code, std::size_t at) {
  std::size_t last = before(code, at);
  if (last == code.npos) return true;
  if (is_one_of(code.substr(last, 1), {")", "{", "}", ";", ":", "]"})) return true;
  if (is_one_of(word_ending(code, last),
                {"else", "do", "try", "noexcept", "const", "mutable", "override", "final"}))
    return true;
  // ... ) -> Async<int> {
  while (last != code.npos && last > 0 &&
         (is_word(code[last]) || std::string_view("<>:,*& \t\n").find(code[last]) != code.npos)) {
    if (code[last] == '>' && code[last - 1] == '-') return true;
    --last;
  }
  return false;
}

// [x = std::move(x)] before a body: anything but references and `this` is a copy that g++ may
// destroy twice.
bool captures_by_value(std::string_view captures) {
  while (!captures.empty()) {
    const auto comma = captures.find(',');
    const auto capture = trim(captures.substr(0, comma));
    if (!capture.empty() && capture[0] != '&' && capture != "this") return true;
    if (comma == captures.npos) break;
    captures.remove_prefix(comma + 1);
  }
  return false;
}

struct Statement {
  std::size_t begin = 0, end = 0;
  const char* breach = nullptr;  // what was seen on the way out
};

constexpr const char* kCondition =
    "co_await in the condition of an if, while, for or switch: bool ok = co_await x; if (ok) ...";
constexpr const char* kBraces =
    "co_await inside braces: give its result a name first, and put the name there";
constexpr const char* kArgument =
    "co_await inside the arguments of a call: give its result a name first";
constexpr const char* kTwo = "two co_awaits in one statement: give each result a name of its own";
constexpr const char* kBinding =
    "a structured binding of a co_await: auto pair = co_await x; auto& [a, b] = pair;";
constexpr const char* kTernary = "?: in the statement of a co_await: write it as if and else";
constexpr const char* kLogic = "&& or || beside a co_await: await into a named local first";
constexpr const char* kLambda =
    "a lambda with captures in the statement of a co_await: give the lambda a name first, then "
    "co_await with std::move(name)";
constexpr const char* kBraced =
    "a braced temporary in the statement of a co_await: give it a name first, or build it by a "
    "constructor call";

// From the co_await outwards, to the statement's first and last character.
Statement statement_around(std::string_view code, std::size_t at) {
  Statement statement;
  std::size_t i = at;
  while (i > 0) {
    const char c = code[--i];
    if (c == ')' || c == ']') {  // over a pair that does not hold the co_await
      int depth = 0;
      for (;; --i) {
        if (std::string_view(")]}").find(code[i]) != code.npos) ++depth;
        if (std::string_view("([{").find(code[i]) != code.npos && --depth == 0) break;
        if (i == 0) break;
      }
      // if (...) co_await x; begins after the condition.
      const auto word = word_ending(code, before(code, i));
      if (c == ')' && is_one_of(word, {"if", "while", "for", "switch", "constexpr"})) {
        i = matching_close(code, i) + 1;
        break;
      }
    } else if (c == ';' || c == '}') {
      ++i;
      break;
    } else if (c == '(' || c == '[') {
      const auto last = before(code, i);
      const auto word = word_ending(code, last);
      if (is_one_of(word, {"if", "while", "for", "switch", "constexpr"})) {
        statement.breach = kCondition;
        break;
      }
      const bool call =
          c == '[' ||
          (!word.empty() && !is_one_of(word, {"return", "co_return", "co_yield", "co_await"})) ||
          (last != code.npos && std::string_view(")]>").find(code[last]) != code.npos);
      if (call) statement.breach = kArgument;
    } else if (c == '{') {
      if (opens_block(code, i)) {
        ++i;
        break;
      }
      statement.breach = kBraces;
    }
  }
  statement.begin = i;

  // A ')' on the way closes a pair that holds the co_await: (co_await x) + 1.
  for (i = at; i < code.size() && code[i] != ';' && code[i] != '}'; ++i) {
    if (std::string_view("([{").find(code[i]) != code.npos) i = matching_close(code, i);
  }
  statement.end = std::min(i, code.size());
  return statement;
}

const char* breach_inside(std::string_view code, const Statement& statement, std::size_t at) {
  const auto text = code.substr(statement.begin, statement.end - statement.begin);
  const auto first = trim(text);
  if (first.starts_with("auto [") || first.starts_with("auto& [") ||
      first.starts_with("auto&& [") || first.starts_with("const auto [") ||
      first.starts_with("const auto& [") || first.starts_with("auto[")) {
    return kBinding;
  }
  for (std::size_t i = statement.begin; i < statement.end; ++i) {
    const auto rest = code.substr(i, statement.end - i);
    const auto last = before(code, i);
    if (rest.starts_with("co_await") && i != at && (i == 0 || !is_word(code[i - 1]))) return kTwo;
    if (rest.starts_with("?")) return kTernary;
    // auto&& x = ... declares; a && b decides.
    const bool declares =
        word_ending(code, last) == "auto" || (last != code.npos && code[last] == '>');
    if (rest.starts_with("||") || (rest.starts_with("&&") && !declares)) return kLogic;
    if (code[i] == '[' &&
        (last == code.npos || !(is_word(code[last]) || code[last] == ')' || code[last] == ']'))) {
      const auto close = matching_close(code, i);
      if (captures_by_value(code.substr(i + 1, close - i - 1))) return kLambda;
      i = close;
    } else if (code[i] == '{') {
      const auto close = matching_close(code, i);
      if (opens_block(code, i)) {
        i = close;  // the body of a lambda has statements of its own
      } else if (!trim(code.substr(i + 1, close - i - 1)).empty()) {
        return kBraced;
      }
    }
  }
  return nullptr;
}

}  // namespace

std::vector<Problem> check_coroutines(const std::filesystem::path& file,
                                      const std::string& source) {
  const std::string code = code_only(source);
  const auto lines = split_lines(source);
  const bool may_allow = file.generic_string().starts_with("tests/docs/");
  std::vector<Problem> problems;

  for (std::size_t at = code.find("co_await"); at != code.npos;
       at = code.find("co_await", at + 1)) {
    if (at > 0 && is_word(code[at - 1])) continue;
    if (is_word(code[at + 8]) || word_ending(code, before(code, at)) == "operator") continue;
    const Statement statement = statement_around(code, at);
    const char* breach = statement.breach;
    if (breach == nullptr) breach = breach_inside(code, statement, at);
    if (breach == nullptr) continue;
    const int line = line_of(code, at);
    const bool allowed = lines[static_cast<std::size_t>(line - 1)].find(
                             "// lint: allow co_await") != std::string::npos;
    if (allowed && may_allow) continue;
    problems.push_back(
        {fmt::format("{}:{}", file.string(), line),
         fmt::format("{}. g++ 12 miscompiles it: tests/docs/canary/README.md", breach)});
  }
  return problems;
}

}  // namespace book::docs
