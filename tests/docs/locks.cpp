// A lint that reads text: it follows each lock of a std mutex from its declaration to the end of
// its scope, and wants no co_await and no co_yield on the way. (clang-tidy 16 and newer have
// cppcoreguidelines-no-suspend-with-lock and misc-coroutine-hostile-raii; clang-tidy 14 has
// neither.)
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "docs/code.h"
#include "docs/sources.h"

namespace book::docs {
namespace {

// `Locked` is std::unique_lock<ThreadLock>, of chapter 11's wait_queue.h.
bool is_lock(std::string_view word) {
  return is_one_of(word, {"lock_guard", "unique_lock", "scoped_lock", "shared_lock", "Locked"});
}

// Over <...>, if it stands there.
std::size_t past_template_arguments(std::string_view code, std::size_t at) {
  at = from(code, at);
  if (at == code.size() || code[at] != '<') return at;
  int depth = 0;
  for (; at < code.size(); ++at) {
    if (code[at] == '<') ++depth;
    if (code[at] == '>' && --depth == 0) return from(code, at + 1);
  }
  return at;
}

struct Lock {
  std::string_view name;
  std::size_t begin = 0;  // what follows is in its scope
  bool held = true;
};

// The bracket that is open around `at`, or npos.
std::size_t open_around(std::string_view code, std::size_t at) {
  int depth = 0;
  while (at > 0) {
    const char c = code[--at];
    if (std::string_view(")]}").find(c) != code.npos) ++depth;
    if (std::string_view("([{").find(c) != code.npos && --depth < 0) return at;
  }
  return code.npos;
}

// Whether the brace at `open` is that of a class: what is declared in it is a member.
bool opens_class(std::string_view code, std::size_t open) {
  std::size_t head = open;
  while (head > 0 && std::string_view(";{}").find(code[head - 1]) == code.npos) --head;
  for (std::size_t i = head; i < open; ++i) {
    if (is_word(code[i]) && (i == 0 || !is_word(code[i - 1])) &&
        is_one_of(word_at(code, i), {"class", "struct", "union", "enum", "namespace"})) {
      // template <class T> void f() {
      const auto last = before(code, i);
      if (last == code.npos || std::string_view("<,").find(code[last]) == code.npos) return true;
    }
  }
  return false;
}

// The lock that is declared with this word of its type: std::unique_lock<M> name(...), a parameter,
// or auto name = std::unique_lock(...).
std::optional<Lock> declared(std::string_view code, std::size_t at) {
  const auto type = word_at(code, at);
  std::size_t head = at;  // before the std:: of the type
  while (head > 0 && (is_word(code[head - 1]) || code[head - 1] == ':')) --head;
  const auto last = before(code, head);
  std::size_t next = past_template_arguments(code, at + type.size());

  Lock lock;
  const auto around = open_around(code, at);
  const bool in_block = around == code.npos || code[around] == '{';
  if (last != code.npos && code[last] == '=' && in_block) {
    const auto name = before(code, last);
    lock.name = word_ending(code, name);
    if (name == code.npos || lock.name.size() > name) return {};
    const auto declares = before(code, name - lock.name.size() + 1);
    if (declares == code.npos || !is_word(code[declares])) return {};  // an assignment
  } else {
    lock.name = word_at(code, next);
    if (lock.name.empty()) return {};  // a cast, a reference, an alias, a return type's end
    next = from(code, next + lock.name.size());
  }
  if (lock.name.empty() || next == code.size()) return {};

  if (!in_block) {
    const auto head_word = word_ending(code, before(code, around));
    if (is_one_of(head_word, {"if", "for", "while", "switch"})) {
      // if (std::unique_lock l(m, std::try_to_lock); l) {
      const auto block = from(code, matching_close(code, around) + 1);
      if (block == code.size() || code[block] != '{') return {};
      lock.begin = block + 1;
      return lock;
    }
    // A parameter of a function, taken by value.
    if (code[around] != '(' || (code[next] != ',' && code[next] != ')')) return {};
    const auto body = code.find_first_of(";{", matching_close(code, around));
    if (body == code.npos || code[body] == ';') return {};
    lock.begin = body + 1;
    return lock;
  }
  if (around != code.npos && opens_class(code, around)) return {};
  if (std::string_view("({=;").find(code[next]) == code.npos) return {};
  lock.begin = code[next] == '(' || code[next] == '{' ? matching_close(code, next) + 1 : next;
  const auto arguments = code.substr(next, lock.begin - next);
  lock.held = code[next] != ';' && arguments.find("defer_lock") == code.npos;
  return lock;
}

// The body of the lambda whose captures open at `at`, if that is one.
std::optional<std::size_t> body_of_lambda(std::string_view code, std::size_t at) {
  const auto last = before(code, at);
  if (last != code.npos && (is_word(code[last]) || code[last] == ')' || code[last] == ']') &&
      !is_one_of(word_ending(code, last), {"return", "co_return", "co_yield", "co_await"}))
    return {};  // a subscript
  if (code.substr(at).starts_with("[[")) return {};
  std::size_t i = from(code, matching_close(code, at) + 1);
  if (i < code.size() && code[i] == '(') i = matching_close(code, i) + 1;
  for (; i < code.size(); ++i) {
    if (code[i] == '{') return i;
    if (std::string_view(";)}").find(code[i]) != code.npos) return {};
  }
  return {};
}

// Does a statement call name.member()?
bool calls(std::string_view code, std::size_t at, std::string_view name, std::string_view member) {
  if (word_at(code, at) != name) return false;
  const auto dot = from(code, at + name.size());
  return dot < code.size() && code[dot] == '.' && word_at(code, from(code, dot + 1)) == member;
}

// std::move(name)
bool gives_away(std::string_view code, std::size_t at, std::string_view name) {
  if (word_at(code, at) != "move") return false;
  const auto open = from(code, at + 4);
  return open < code.size() && code[open] == '(' && word_at(code, from(code, open + 1)) == name;
}

// name = ...
bool is_assigned(std::string_view code, std::size_t at, std::string_view name) {
  if (word_at(code, at) != name) return false;
  const auto sign = from(code, at + name.size());
  return sign + 1 < code.size() && code[sign] == '=' && code[sign + 1] != '=';
}

struct Block {
  bool held = false;    // when it was opened
  bool always = false;  // no if, no loop before it
};

// The places, from the lock's declaration to the end of its scope, where the coroutine is suspended
// while it is held.
std::vector<std::size_t> suspensions(std::string_view code, Lock lock) {
  std::vector<std::size_t> found;
  std::vector<Block> blocks;
  for (std::size_t i = lock.begin; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '[') {
      if (const auto body = body_of_lambda(code, i)) i = matching_close(code, *body);
    } else if (c == '{') {
      if (opens_class(code, i)) {
        i = matching_close(code, i);
        continue;
      }
      const auto last = before(code, i);
      blocks.push_back(
          {lock.held, last != code.npos && std::string_view(";{}").find(code[last]) != code.npos});
    } else if (c == '}') {
      if (blocks.empty()) break;
      // What was unlocked on one way is locked on the other.
      if (!blocks.back().always) lock.held |= blocks.back().held;
      blocks.pop_back();
    } else if (is_word(c) && !is_word(code[i - 1])) {
      if (calls(code, i, lock.name, "unlock") || gives_away(code, i, lock.name)) lock.held = false;
      if (calls(code, i, lock.name, "lock") || is_assigned(code, i, lock.name)) lock.held = true;
      if (lock.held && is_one_of(word_at(code, i), {"co_await", "co_yield"}) &&
          word_ending(code, before(code, i)) != "operator") {
        found.push_back(i);
      }
    }
  }
  return found;
}

}  // namespace

std::vector<Problem> check_locks(const std::filesystem::path& file, const std::string& source) {
  const std::string code = code_only(source);
  const auto lines = split_lines(source);
  const auto path = file.generic_string();
  const bool may_allow = path.starts_with("tests/docs/") ||
                         path.starts_with("chapters/12_sync/story/") ||
                         path.starts_with("tests/chapters/15_threads/messages/");
  std::vector<Problem> problems;

  for (std::size_t at = 0; at < code.size(); ++at) {
    if (!is_word(code[at]) || (at > 0 && is_word(code[at - 1])) || !is_lock(word_at(code, at)))
      continue;
    const auto lock = declared(code, at);
    if (!lock) continue;
    const int line = line_of(code, at);
    const bool allowed =
        lines[static_cast<std::size_t>(line - 1)].find("// lint: allow lock") != std::string::npos;
    if (allowed && may_allow) continue;
    for (const std::size_t place : suspensions(code, *lock)) {
      problems.push_back(
          {fmt::format("{}:{}", file.string(), line_of(code, place)),
           fmt::format("the lock '{}' of line {} is held while this coroutine is suspended: let it "
                       "go before, or take the Mutex of chapter 12",
                       lock->name, line)});
    }
  }
  return problems;
}

}  // namespace book::docs
