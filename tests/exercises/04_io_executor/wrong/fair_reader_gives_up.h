// Wrong: takes the end of its turn for the end of the stream.
#pragma once

#include <array>
#include <cstddef>

#include "04_io_executor/async_fd.h"
#include "common/future.h"

namespace book::exercise {

class [[nodiscard]] CountBytes {
 public:
  using Output = std::size_t;

  static constexpr int kReadsPerTurn = 8;

  explicit CountBytes(AsyncFd& socket) : socket_(&socket) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    std::array<char, 64> buffer;
    for (int reads = 0; reads < kReadsPerTurn; ++reads) {
      Poll<std::size_t> read = socket_->poll_read(cx, buffer);
      if (read.is_pending()) return pin_.pending();
      if (read.value() == 0) return total_;
      total_ += read.value();
    }

    return total_;
  }

 private:
  AsyncFd* socket_;
  std::size_t total_ = 0;
  PinGuard pin_;
};

}  // namespace book::exercise
