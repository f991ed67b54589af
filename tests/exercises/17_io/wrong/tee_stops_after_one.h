// Wrong: reads once.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "05_async_await/async.h"
#include "07_join/try_join.h"
#include "09_streams/sink.h"
#include "17_io/bytes/io.h"

namespace book::exercise {

/// Writes to `a` and to `b` all that comes from `from`; when that ends, closes both. Gives the
/// number of bytes that were read. Borrows all three.
template <AsyncRead From, AsyncWrite A, AsyncWrite B>
Async<std::size_t> tee(From& from, A& a, B& b) {
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  for (;;) {
    const std::size_t n = co_await read(from, buffer);
    if (n == 0) break;
    const std::string_view piece(buffer.data(), n);
    co_await try_join(write_all(a, piece), write_all(b, piece));
    total += n;
    break;
  }
  co_await try_join(close(a), close(b));
  co_return total;
}

}  // namespace book::exercise
