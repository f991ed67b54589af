// Wrong: catches what is a std::exception. Anything can be thrown.
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

template <Future F>
Async<Settled<OutputOf<F>>> settle(F future) {
  try {
    OutputOf<F> value = co_await future;
    co_return Settled<OutputOf<F>>(std::in_place_index<0>, std::move(value));
  } catch (const std::exception&) {
    co_return Settled<OutputOf<F>>(std::in_place_index<1>, std::current_exception());
  }
}

/// Waits for all, at the same time, and says of each how it ended, in the order of the futures. It
/// never throws.
template <Future F, class T = OutputOf<F>>
Async<std::vector<Settled<T>>> all_settled(std::vector<F> futures) {
  std::vector<Async<Settled<T>>> children;
  for (F& future : futures) children.push_back(settle(std::move(future)));
  std::vector<Settled<T>> settled = co_await join_all(std::move(children));
  co_return settled;
}

}  // namespace book::exercise
