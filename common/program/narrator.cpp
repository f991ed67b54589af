#include "common/program/narrator.h"

#include <fmt/format.h>

#include <chrono>

#include "common/reactor/reactor.h"

namespace book::story {

long elapsed_ms(Instant start) {
  const Duration passed = Reactor::current().now() - start;
  return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

void say(Instant start, std::string_view what, int width) {
  fmt::print("   {:>{}} ms  {}\n", elapsed_ms(start), width, what);
}

void say_about(Instant start, std::string_view what) {
  fmt::print("   {:>8}  {}\n", fmt::format("~{} ms", elapsed_ms(start)), what);
}

}  // namespace book::story
