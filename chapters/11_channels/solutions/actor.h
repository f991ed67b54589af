// Exercise 2, solved: an actor: a task that owns some data, and a channel of requests to it.
//
//     ask(add, 30) --+
//     ask(add, 20) --+--> [ request | request ] --> account: the only one that touches the balance
//     ask(stop)    --+         each with a oneshot for the answer
//
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

/// It has no need of `self`: what it wants done, it does.
inline Async<int> account(Receiver<Request> requests, WeakSender<Request> self) {
  (void)self;
  int balance = 0;
  for (;;) {
    auto request = co_await next(requests);
    if (!request) break;
    if (request->what == What::stop) requests.close();
    if (request->what == What::add) balance += request->cents;
    if (request->what == What::double_it) balance += balance;
    co_await write_down();
    request->answer.send(int{balance});  // false: nobody waits for it any more
  }
  co_return balance;
}

inline Async<int> ask_patiently(Sender<Request> account, What what, int cents) {
  auto reply = oneshot<int>();
  Request request{what, cents, std::move(reply.sender)};
  co_await account.send(std::move(request));
  const int balance = co_await reply.receiver;
  co_return balance;
}

inline Async<std::optional<int>> ask(Sender<Request> account, What what, int cents,
                                     Duration limit) {
  auto hurried = timeout(limit, ask_patiently(std::move(account), what, cents));
  std::optional<int> balance = co_await hurried;
  co_return balance;
}

}  // namespace book::exercise
