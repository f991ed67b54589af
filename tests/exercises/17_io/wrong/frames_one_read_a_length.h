// Wrong: trusts one read to bring all four bytes.
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
  for (;;) {
    std::array<char, 4> header{};
    const std::size_t n = co_await read(stream, header);  // the one place where 0 is a good end
    if (n == 0) co_return;

    std::uint32_t length = 0;
    for (const char byte : header) length = length << 8 | static_cast<unsigned char>(byte);
    if (length > limit) throw FrameTooLong();  // before anybody makes room for it

    std::string frame(length, '\0');
    co_await read_exact(stream, frame);
    co_yield std::move(frame);
  }
}

}  // namespace book::exercise
