// Wrong: makes room first, and looks at the limit afterwards.
#pragma once

#include <algorithm>
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
    const auto rest = std::span<char>(header).subspan(n);
    co_await read_exact(stream, rest);

    std::uint32_t length = 0;
    for (const char byte : header) length = length << 8 | static_cast<unsigned char>(byte);
    std::string frame;
    while (frame.size() < length) {
      std::array<char, 1024> some;
      const auto wanted =
          std::span<char>(some).first(std::min<std::size_t>(some.size(), length - frame.size()));
      const std::size_t got = co_await read(stream, wanted);
      if (got == 0) throw UnexpectedEnd();
      frame.append(some.data(), got);
    }
    if (length > limit) throw FrameTooLong();
    co_yield std::move(frame);
  }
}

}  // namespace book::exercise
