// The stage of this chapter's story: a clock that starts with each act, and lines with their time.
#pragma once

#include <chrono>
#include <string_view>

#include "common/reactor.h"

namespace book::stage {

/// Milliseconds since `start`, by the clock of the executor that runs us: real or virtual.
inline long elapsed_ms(Instant start) {
  const Duration passed = Reactor::current().now() - start;
  return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

/// "  ~300 ms  learn: I know the song". The time is right aligned.
void say(Instant start, std::string_view what);

}  // namespace book::stage
