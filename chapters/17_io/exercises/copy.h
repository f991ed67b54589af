// Exercise 2: from one stream into another, until there is no more.
//
//     std::size_t bytes = co_await copy(from, to);
//
//     from --> read --> [ a buffer ] --> write --> to
//
// A proxy is two of these, one in each direction. So the other side may well be waiting for what
// you have just read: pass it on before you ask for more. And when `from` is at its end, `to` has
// to hear of it.
//
// Run its test with: make exercise CHAPTER=17
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
  // TODO: a loop around read and write_all. At the end comes the close: there is no ready-made
  // future of it, but poll_fn makes one of to.poll_close(cx).
  std::array<char, 4096> buffer;
  const std::size_t n = co_await read(from, buffer);
  (void)to;
  co_return n;
}

}  // namespace book::exercise
