// Exercise 2: one stream into two others, as with a pipe that forks.
//
//     std::size_t bytes = co_await tee(from, a, b);
//
//                                  .--> a
//     from --> read --> [ a piece ]
//                                  `--> b
//
// Each piece goes to both, at the same time: while one of them has no room, the other one gets its
// bytes all the same. But nobody runs ahead: the next piece is read when both have the last one. So
// the slower of the two sets the pace, and the memory is one piece. And when `from` is at its end,
// both have to hear of it. When something fails, tee fails at once and closes nobody: half a stream
// must not pass for a whole one.
//
// Run its test with: make exercise CHAPTER=17
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
  // TODO: a loop around a read and two write_all, which run at the same time. At the end come two
  // closes: close(a) is a future of one (09_streams/sink.h).
  std::array<char, 4096> buffer;
  const std::size_t n = co_await read(from, buffer);
  (void)a;
  (void)b;
  co_return n;
}

}  // namespace book::exercise
