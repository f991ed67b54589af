// Wrong: two queues in memory: the faster one runs ahead of the slower.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "07_join/try_join.h"
#include "09_streams/sink.h"
#include "17_io/bytes/io.h"

namespace book::exercise {

template <class W>
void pass_on(Context& cx, W& writer, std::string& queue) {
  while (!queue.empty()) {
    const Poll<std::size_t> taken = writer.poll_write(cx, queue);
    if (taken.is_pending()) return;
    queue.erase(0, taken.value());
  }
}

/// Writes to `a` and to `b` all that comes from `from`; when that ends, closes both. Gives the
/// number of bytes that were read. Borrows all three.
template <AsyncRead From, AsyncWrite A, AsyncWrite B>
Async<std::size_t> tee(From& from, A& a, B& b) {
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  std::string for_a, for_b;
  for (;;) {
    const std::size_t n = co_await read(from, buffer);
    if (n == 0) break;
    for_a.append(buffer.data(), n);
    for_b.append(buffer.data(), n);
    auto whatever_fits = poll_fn([&](Context& cx) {
      pass_on(cx, a, for_a);
      pass_on(cx, b, for_b);
      return Poll<void>::ready();
    });
    co_await whatever_fits;
    total += n;
  }
  co_await try_join(write_all(a, for_a), write_all(b, for_b));
  co_await try_join(close(a), close(b));
  co_return total;
}

}  // namespace book::exercise
