// Wrong: what it has read is in a local variable until the line is whole.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "17_io/io.h"

namespace book::exercise {

template <AsyncRead R>
class LineReader {
 public:
  /// Borrows the stream.
  explicit LineReader(R& stream) noexcept : stream_(stream) {}

  /// The next line without its '\n', or nothing when the stream is at its end. The last line may
  /// lack the '\n'.
  Async<std::optional<std::string>> read_line() {
    std::string line = std::exchange(kept_, std::string());
    std::size_t looked_at = 0;
    for (;;) {
      const std::size_t newline = line.find('\n', looked_at);
      if (newline != std::string::npos) {
        kept_ = line.substr(newline + 1);
        line.resize(newline);
        co_return line;
      }
      looked_at = line.size();
      std::array<char, 1024> buffer;
      const std::size_t n = co_await read(stream_, buffer);
      if (n == 0) break;
      line.append(buffer.data(), n);
    }
    if (line.empty()) co_return std::nullopt;
    co_return line;
  }

 private:
  R& stream_;
  std::string kept_;  // has come, and was not given away
};

}  // namespace book::exercise
