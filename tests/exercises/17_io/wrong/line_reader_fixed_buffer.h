// Wrong: keeps what has come in a buffer that does not grow; when it is full, a read gives 0.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "05_async_await/async.h"
#include "17_io/io.h"

namespace book::exercise {

template <AsyncRead R>
class LineReader {
 public:
  /// Borrows the stream.
  explicit LineReader(R& stream) noexcept : stream_(stream) {}

  Async<std::optional<std::string>> read_line() {
    for (;;) {
      char* const begin = kept_.data();
      char* const end = begin + size_;
      char* const newline = std::find(begin, end, '\n');
      if (newline != end) {
        std::string line(begin, newline);
        std::copy(newline + 1, end, begin);
        size_ -= line.size() + 1;
        co_return line;
      }
      const std::span<char> room(end, kept_.size() - size_);
      const std::size_t n = co_await read(stream_, room);
      if (n == 0) break;
      size_ += n;
    }
    if (size_ == 0) co_return std::nullopt;
    std::string line(kept_.data(), size_);
    size_ = 0;
    co_return line;
  }

 private:
  R& stream_;
  std::array<char, 4096> kept_;
  std::size_t size_ = 0;
};

}  // namespace book::exercise
