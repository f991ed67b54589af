// Wrong: asks the stream before it looks at what it has.
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
    for (;;) {
      std::array<char, 1024> buffer;
      const std::size_t n = co_await read(stream_, buffer);
      kept_.append(buffer.data(), n);
      const std::size_t newline = kept_.find('\n');
      if (newline != std::string::npos) {
        std::string line = kept_.substr(0, newline);
        kept_.erase(0, newline + 1);
        co_return line;
      }
      if (n == 0) break;
    }
    if (kept_.empty()) co_return std::nullopt;
    co_return std::exchange(kept_, std::string());
  }

 private:
  R& stream_;
  std::string kept_;  // has come, and was not given away
};

}  // namespace book::exercise
