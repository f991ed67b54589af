// Exercise 3: Ctrl-C, twice.
//
// The first Ctrl-C asks a program to come to an end. It finishes what it has begun. Whoever has no
// patience presses again, and a second one within two seconds ends it at once.
//
//     SIGINT   1 s ............ ask the work to stop (the flag)
//              within 2 s ..... drop the work, and return
//              later .......... a first one again: ask once more, and the two seconds run anew
//
// It returns as soon as the work has ended, too.
#pragma once

#include <utility>

#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "13_time/signal.h"
#include "common/reactor/reactor.h"
#include "common/stream.h"

namespace book::exercise {

enum class Ending {
  finished,         ///< nobody asked
  asked_to_stop,    ///< the work has ended, after it was asked
  stopped_at_once,  ///< it was dropped
};

/// Sets `please_stop` at the first SIGINT. Owns the work.
template <Future F>
Async<Ending> run_until_stopped(F work, bool& please_stop) {
  // TODO: this is deaf. Two things can happen next: a signal, or the work's end. Who listens to the
  // second signal while the first is being handled?
  (void)please_stop;
  co_await work;
  co_return Ending::finished;
}

}  // namespace book::exercise
