// OutputWake: one waker for the two tasks of a WebSocket: there is room again in the connection, or
// something new to write. Each of them tries then, and the second finds nothing left to do.
//
// Both slots, and whatever fires this waker, belong to the thread of the connection.
#pragma once

#include <utility>

#include "common/arc.h"
#include "common/arc_wake.h"
#include "common/reactor/wake_round.h"

namespace book::ws {

struct OutputWake : RefCounted<OutputWake> {
  Waker reader;  ///< whenever it waits, for a ping or a Close may be said by another task
  Waker writer;  ///< while it waits for room
  bool fired = false;

  static void wake_by_ref(const Arc<OutputWake>& self) {
    self->fired = true;
    book::detail::WakeRound round;
    round.fire(std::exchange(self->reader, {}));
    round.fire(std::exchange(self->writer, {}));
    round.end();
  }
};

}  // namespace book::ws
