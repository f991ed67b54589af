// Exercise 1: messages out of a stream of bytes, each with its length in front.
//
//     auto messages = frames(stream, 1000);             // a Stream of std::string
//     auto message = co_await next(messages);           // "hello", or nothing at the end
//
//     00 00 00 05  h e l l o   00 00 00 00   00 00 00 02  h i
//     `- length -' `- frame -' `- length -'  `- length -' `-frame
//          5          hello         0: ""         2          hi
//
// The length is a number of four bytes, the most significant one first. And as with every stream of
// bytes: a frame may come in pieces, and so may a length.
//
// Run its test with: make exercise CHAPTER=17
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "09_streams/generator.h"
#include "17_io/bytes/io.h"

namespace book::exercise {

/// A length says more than we are ready to keep.
class FrameTooLong : public std::runtime_error {
 public:
  FrameTooLong() : std::runtime_error("a frame is longer than the limit") {}
};

/// The frames of `stream`, to its end. Throws UnexpectedEnd when the stream ends in the middle of
/// one, and FrameTooLong when a length is more than `limit`. Borrows the stream.
template <AsyncRead R>
AsyncStream<std::string> frames(R& stream, std::size_t limit) {
  // TODO: this gives what one read gives. Read a length, then that many bytes; again and again. In
  // front of a length, and only there, the stream may end.
  (void)limit;
  std::string piece(1024, '\0');
  const std::size_t n = co_await read(stream, piece);
  piece.resize(n);
  if (n > 0) co_yield std::move(piece);
}

}  // namespace book::exercise
