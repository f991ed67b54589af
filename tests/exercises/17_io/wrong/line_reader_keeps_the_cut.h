// Wrong: cuts the line off, and not its '\n'.
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
    std::size_t looked_at = 0;  // a long line is not searched again from its start
    for (;;) {
      const std::size_t newline = kept_.find('\n', looked_at);
      if (newline != std::string::npos) {
        std::string line = kept_.substr(0, newline);
        kept_.erase(0, newline);
        co_return line;
      }
      looked_at = kept_.size();
      std::array<char, 1024> buffer;
      const std::size_t n = co_await read(stream_, buffer);  // dropped here, it loses nothing
      if (n == 0) break;
      kept_.append(buffer.data(), n);
    }
    if (kept_.empty()) co_return std::nullopt;
    co_return std::exchange(kept_, std::string());
  }

 private:
  R& stream_;
  std::string kept_;  // has come, and was not given away
};

}  // namespace book::exercise
