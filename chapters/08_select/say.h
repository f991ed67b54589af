// A line of this chapter's story, with its time. In virtual time the figures are exact.
#pragma once

#include <fmt/core.h>

#include <string_view>

#include "05_async_await/stage.h"
#include "common/clock.h"

namespace book::story {

inline void say(Instant start, std::string_view what) {
  fmt::print("   {:>4} ms  {}\n", stage::elapsed_ms(start), what);
}

}  // namespace book::story
