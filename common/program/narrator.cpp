#include "common/program/narrator.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

#include "common/reactor/reactor.h"

namespace book::story {

long elapsed_ms(Instant start) {
  const Duration passed = Reactor::current().now() - start;
  return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

void say(Instant start, std::string_view what, int width) {
  fmt::print("   {:>{}} ms  {}\n", elapsed_ms(start), width, what);
}

std::string moment(Instant start) {
  const bool is_exact = Reactor::current().time_mode() == TimeMode::virtual_time;
  return fmt::format("{}{} ms", is_exact ? "" : "~", elapsed_ms(start));
}

void say_about(Instant start, std::string_view what) {
  fmt::print("   {:>8}  {}\n", moment(start), what);
}

std::string grouped(long long number) {
  std::string digits = fmt::format("{}", number);
  for (int at = static_cast<int>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

}  // namespace book::story
