// Exercise 2: the sum of many numbers, in several parts at the same time.
//
//     numbers   [ . . . . . | . . . . . | . . . . . | . . . . ]      parts = 4
//                 task 1      task 2      task 3      task 4         each adds up its own
//                    \           \           /           /
//                     +-----------+----+----+-----------+            then their sums are added
//
//   - It is awaited in a task of a pool: spawn() starts a task that any worker may take up.
//   - So many tasks as there are parts, and no more; fewer when there are fewer numbers. No part is
//     longer than another by more than one.
//   - All parts may run at the same time: none waits for another one, or for a lock.
//   - The numbers may be of any type with += and a value T() that changes nothing. The caller keeps
//     them until the sum is there.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/spawn.h"

namespace book::exercise {

template <class T>
Async<T> parallel_sum(std::span<const T> numbers, std::size_t parts) {
  // TODO: this one adds up nothing.
  (void)numbers;
  (void)parts;
  co_return T();
}

}  // namespace book::exercise
