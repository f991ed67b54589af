// Wrong: gives the size of the last piece.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "17_io/io.h"

namespace book::exercise {

/// Writes to `to` all that comes from `from`; when that ends, closes `to`. Gives the number of
/// bytes. Borrows both.
template <AsyncRead From, AsyncWrite To>
Async<std::size_t> copy(From& from, To& to) {
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  for (;;) {
    const std::size_t n = co_await read(from, buffer);
    if (n == 0) break;
    const std::string_view piece(buffer.data(), n);
    co_await write_all(to, piece);
    total = n;
  }
  auto close = poll_fn([&](Context& cx) { return to.poll_close(cx); });
  co_await close;
  co_return total;
}

}  // namespace book::exercise
