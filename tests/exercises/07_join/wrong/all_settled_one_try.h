// Wrong: one try block around the whole join. One exception, and all the values are gone.
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
  std::vector<Settled<T>> settled;
  const std::size_t count = futures.size();
  try {
    std::vector<T> values = co_await join_all(std::move(futures));
    for (T& value : values) settled.emplace_back(std::in_place_index<0>, std::move(value));
  } catch (...) {
    for (std::size_t i = 0; i < count; ++i)
      settled.emplace_back(std::in_place_index<1>, std::current_exception());
  }
  co_return settled;
}

}  // namespace book::exercise
