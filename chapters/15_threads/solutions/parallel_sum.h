// Exercise 2, solved: the sum of many numbers, in several parts at the same time.
//
//     numbers   [ . . . . . | . . . . . | . . . . . | . . . . ]      parts = 4
//                 task 1      task 2      task 3      task 4         each adds up its own
//                    \           \           /           /
//                     +-----------+----+----+-----------+            then their sums are added
//
// Nothing is shared but the numbers, which are only read: each task has a sum of its own, and gives
// it to the one that awaits its handle. So there is nothing to lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/spawn.h"

namespace book::exercise {

template <class T>
Async<T> sum_of(std::span<const T> numbers) {
  T sum{};
  for (const T& number : numbers) sum += number;
  co_return sum;
}

template <class T>
Async<T> parallel_sum(std::span<const T> numbers, std::size_t parts) {
  parts = std::min(parts, numbers.size());
  std::vector<JoinHandle<T>> handles;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = numbers.size() * i / parts;
    const std::size_t end = numbers.size() * (i + 1) / parts;
    handles.push_back(spawn(sum_of(numbers.subspan(begin, end - begin))));
  }
  T total{};
  for (auto& handle : handles) {
    const T sum = co_await handle;
    total += sum;
  }
  co_return total;
}

}  // namespace book::exercise
