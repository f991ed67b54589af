#include "common/thread_bound.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "common/trace.h"

namespace book {
namespace {

/// An address that no other living thread has.
const void* this_thread() noexcept {
  static thread_local char token;
  return &token;
}

std::string_view or_none(std::string_view name) {
  return name.empty() ? std::string_view("a thread of no pool") : name;
}

}  // namespace

ThreadMark::ThreadMark() noexcept : thread_(this_thread()) {
  std::strncpy(name_, trace::thread_name(), sizeof(name_) - 1);
  name_[sizeof(name_) - 1] = '\0';
}

bool ThreadMark::is_here() const noexcept { return thread_ == this_thread(); }

std::string ThreadMark::complaint(const char* what) const {
  const std::string_view made = or_none(name_);
  const std::string_view used = or_none(trace::thread_name());
  return fmt::format(
      "{} was made on {} and used on {}: keep it in a block without co_await, or spawn_local", what,
      made, made == used ? "another one" : used);
}

void ThreadBound::check() const {
  if (!made_.is_here()) throw std::logic_error(made_.complaint(what_));
}

void ThreadBound::insist() const noexcept {
  if (made_.is_here()) return;
  std::fprintf(stderr, "%s\n", made_.complaint(what_).c_str());
  std::terminate();
}

}  // namespace book
