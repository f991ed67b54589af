// Exercise 2: all_settled, a join that loses nothing.
//
//     a  |-----| 10                  join_all would wait for all, throw b's exception, and forget
//     b  |--X                        10, 30, and whatever else went wrong
//     c  |--------| 30
//     all_settled    ^ [10, b's exception, 30]
//
// Run its test with: make exercise CHAPTER=07
#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

#include "05_async_await/async.h"
#include "07_join/join_all.h"
#include "common/future.h"

namespace book::exercise {

/// How one of them ended: index 0, a value; index 1, an exception. They are made like this:
///     Settled<int>(std::in_place_index<0>, 10)
///     Settled<int>(std::in_place_index<1>, std::current_exception())
template <class T>
using Settled = std::variant<T, std::exception_ptr>;

/// Waits for all, at the same time, and says of each how it ended, in the order of the futures. It
/// never throws.
template <Future F, class T = OutputOf<F>>
Async<std::vector<Settled<T>>> all_settled(std::vector<F> futures) {
  // TODO: this is join_all, and an exception goes straight through it. What if join_all never saw
  // one? Write a small coroutine around one future, whose value is a Settled<T>, and join those.
  std::vector<T> values = co_await join_all(std::move(futures));
  std::vector<Settled<T>> settled;
  settled.reserve(values.size());
  for (T& value : values) settled.emplace_back(std::in_place_index<0>, std::move(value));
  co_return settled;
}

}  // namespace book::exercise
