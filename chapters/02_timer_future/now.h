// now(): what the clock says that timers go by. In a task that is the executor's own clock, which
// may be virtual; std::chrono knows nothing of that one.
#pragma once

#include "common/reactor/reactor.h"

namespace book {

/// Throws std::logic_error where no reactor is current: outside of a task, that is.
inline Instant now() { return Reactor::current().now(); }

}  // namespace book
