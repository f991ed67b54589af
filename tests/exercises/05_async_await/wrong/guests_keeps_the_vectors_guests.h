// Wrong: the list is borrowed: its guests leave before they are greeted.
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
inline Async<std::string> greet(Witness guest) {  // by value: the frame keeps its own
  co_await yield_now();
  co_return "hello, " + name_of(guest);
}

/// The same, after a pause.
inline Async<std::string> greet_later(Witness guest, Duration pause) {
  auto greeting = [guest](Duration time) -> Async<std::string> {
    co_await sleep(time);
    co_return "hello, " + name_of(guest);
  };
  return async(greeting,
               pause);  // the block's frame keeps the lambda, and the lambda keeps the guest
}

/// One future for each of the guests. They are polled much later.
inline std::vector<Async<std::string>> greet_each(const std::vector<Witness>& guests) {
  std::vector<Async<std::string>> greetings;
  for (const Witness& guest : guests) {
    auto greeting = [&guest]() -> Async<std::string> {
      co_await yield_now();
      co_return "hello, " + name_of(guest);
    };
    greetings.push_back(async(greeting));
  }
  return greetings;
}

}  // namespace book::exercise
