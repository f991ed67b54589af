// The narrator's voice: lines of a chapter's story, each with the time at which it happened.
// For main.cpp and story/ of every chapter; the runtime itself never speaks.
#pragma once

#include <string>
#include <string_view>

#include "common/clock.h"

namespace book::story {

/// Milliseconds since `start`, by the clock of the executor that runs us: real or virtual.
long elapsed_ms(Instant start);

/// "    300 ms  what". In virtual time the figure is exact. `width` digits, right aligned.
void say(Instant start, std::string_view what, int width = 4);

/// "~300 ms": measured since `start`; "300 ms" in virtual time, for there it is exact.
std::string moment(Instant start);

/// "    ~300 ms  what".
void say_about(Instant start, std::string_view what);

/// "12,345" for 12345.
std::string grouped(long long number);

}  // namespace book::story
