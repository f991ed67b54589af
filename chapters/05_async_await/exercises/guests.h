// Exercise 3: three guests who leave too early.
//
// Each of these functions compiles without a warning, and each returns a future that is polled when
// something it needs is gone. Somebody calls them like this:
//
//     Async<std::string> for_later() {
//       Witness guest("Ada");
//       return greet(guest);           // made here; polled when `guest` has left
//     }
//
// Nothing crashes, since name_of() asks first whether anybody is there. In your own programs nobody
// asks.
//
// Run its test with: make exercise CHAPTER=05
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/dangling.h"

namespace book::exercise {

using story::Witness;

/// "hello, Ada".
// TODO: what does the frame keep of `guest`?
inline Async<std::string> greet(const Witness& guest) {
  co_await yield_now();
  co_return "hello, " + name_of(guest);
}

/// The same, after a pause.
inline Async<std::string> greet_later(Witness guest, Duration pause) {
  auto greeting = [guest](Duration time) -> Async<std::string> {
    co_await sleep(time);
    co_return "hello, " + name_of(guest);
  };
  // TODO: `guest` is in the lambda. And who keeps the lambda?
  return greeting(pause);
}

/// One future for each of the guests. They are polled much later.
inline std::vector<Async<std::string>> greet_each(const std::vector<Witness>& guests) {
  std::vector<Async<std::string>> greetings;
  for (const Witness& guest : guests) {
    // TODO: the block keeps what the lambda holds. What does this one hold?
    auto greeting = [&guest]() -> Async<std::string> {
      co_await yield_now();
      co_return "hello, " + name_of(guest);
    };
    greetings.push_back(async(greeting));
  }
  return greetings;
}

}  // namespace book::exercise
