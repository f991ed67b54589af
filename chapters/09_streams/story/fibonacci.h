// The Fibonacci numbers, as a coroutine that takes its time.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "02_timer_future/sleep.h"
#include "09_streams/generator.h"

namespace book::story {

/// Each number takes ten milliseconds times itself to work out. The stream never ends.
inline AsyncStream<std::uint64_t> fibonacci() {
  std::uint64_t a = 1, b = 1;
  for (;;) {
    co_await sleep(std::chrono::milliseconds(10 * a));
    co_yield a;
    a = std::exchange(b, a + b);
  }
}

}  // namespace book::story
