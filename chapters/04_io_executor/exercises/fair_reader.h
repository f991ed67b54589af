// Exercise 1: a reader that does not hog the thread.
//
// CountBytes reads a socket to its end and gives the number of bytes. As long as there is something
// to read, nothing makes it stop: a client that sends fast enough keeps every other task waiting.
// Mend it: after kReadsPerTurn reads in one poll, it shall let the others have their turn, and go
// on at the next poll.
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
    // TODO: this loop ends when there is nothing to read. It should also end after a few reads. But
    // who polls you again then? Nobody stored your waker: the socket still has something for you.
    for (;;) {
      Poll<std::size_t> read = socket_->poll_read(cx, buffer);
      if (read.is_pending()) return pin_.pending();
      if (read.value() == 0) return total_;
      total_ += read.value();
    }
  }

 private:
  AsyncFd* socket_;
  std::size_t total_ = 0;
  PinGuard pin_;
};

}  // namespace book::exercise
