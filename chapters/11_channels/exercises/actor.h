// Exercise 2: an actor: a task that owns some data, and a channel of requests to it.
//
//     ask(add, 30) --+
//     ask(add, 20) --+--> [ request | request ] --> account: the only one that touches the balance
//     ask(stop)    --+         each with a oneshot for the answer
//
// account() handles one request after the other. Each takes a while: write_down() waits 10 ms.
//   - add: the balance grows by `cents`. The answer is the new balance.
//   - double_it: as if somebody had asked to add the whole balance.
//   - stop: no new requests from then on. What waits in the channel by then is still answered; then
//     account() ends, and gives the balance. The answer is the balance as well.
//   - One who has asked and does not wait for the answer is no reason to end, nor to leave out what
//     was asked for.
//
// ask() takes at most `limit`, from its first poll: for room in the channel and for the answer
// together. Empty when that was too long. It throws ChannelClosed when the account takes no
// requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"

namespace book::exercise {

enum class What { add, double_it, stop };

struct Request {
  What what;
  int cents;
  OneshotSender<int> answer;
};

inline Sleep write_down() { return sleep(std::chrono::milliseconds(10)); }

/// `self`: a sender to itself, should it need one.
inline Async<int> account(Receiver<Request> requests, WeakSender<Request> self) {
  // TODO: this one answers nobody.
  (void)self;
  int balance = 0;
  for (;;) {
    auto request = co_await next(requests);
    if (!request) break;
  }
  co_return balance;
}

inline Async<std::optional<int>> ask(Sender<Request> account, What what, int cents,
                                     Duration limit) {
  // TODO: this one never asks. Make a oneshot, send its sender along, and wait for the answer.
  (void)account, (void)what, (void)cents, (void)limit;
  co_return std::nullopt;
}

}  // namespace book::exercise
