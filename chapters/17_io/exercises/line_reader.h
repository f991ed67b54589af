// Exercise 1: lines out of a stream.
//
//     LineReader lines(stream);
//     auto line = co_await lines.read_line();       // "GET / HTTP/1.1", or nothing at the end
//
// The stream gives pieces of any size: half a line, three lines and a half, a newline alone.
//
//     "GE"   "T /\nHost: here\nAcc"   "ept: all\n"
//      |      |  |                |    |
//      +------+  +-- next line    +----+-- and this is the third
//
// What makes it worth an exercise: somebody may lose patience and drop read_line while it waits.
// Then not a byte may be lost. The next read_line goes on where that one was.
//
// Run its test with: make exercise CHAPTER=17
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "05_async_await/async.h"
#include "17_io/io.h"

namespace book::exercise {

template <AsyncRead R>
class LineReader {
 public:
  /// Borrows the stream.
  explicit LineReader(R& stream) noexcept : stream_(stream) {}

  /// The next line without its '\n', or nothing when the stream is at its end. The last line may
  /// lack the '\n'. A line may be of any length; a '\r' is a byte of it like any other.
  Async<std::optional<std::string>> read_line() {
    // TODO: this gives what one read gives. Look for the '\n'; read on as long as there is none;
    // keep what comes after it for the next call.
    std::array<char, 1024> buffer;
    const std::size_t n = co_await read(stream_, buffer);
    if (n == 0) co_return std::nullopt;
    co_return std::string(buffer.data(), n);
  }

 private:
  R& stream_;
  // TODO: what has to outlive a call, even one that is dropped half-way?
};

}  // namespace book::exercise
