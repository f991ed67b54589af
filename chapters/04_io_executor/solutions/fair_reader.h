// Exercise 2, solved: one byte of each socket, and a limit for all of them together.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "04_io_executor/async_fd.h"
#include "common/future.h"

namespace book {

/// Reads from all its sockets, a byte at a time, and gives each byte to `serve`. Ready when every
/// socket is at its end. Borrows the sockets.
class [[nodiscard]] FairReader : PinnedOncePolled {
 public:
  using Output = void;
  using Serve = std::function<void(std::size_t socket, char byte)>;

  FairReader(std::vector<AsyncFd>& sockets, int in_a_row, Serve serve)
      : in_a_row_(in_a_row), serve_(std::move(serve)) {
    for (AsyncFd& socket : sockets) seats_.emplace_back(socket);
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    std::size_t quiet = 0;  // sockets in a row that had nothing
    std::size_t ended = 0;  // and of those, the ones at their end
    for (int served = 0; served < in_a_row_;) {
      const std::size_t socket = next_;
      next_ = (next_ + 1) % seats_.size();
      const Poll<std::optional<char>> byte = read_byte(socket, cx);
      if (byte.is_ready() && byte.value()) {
        serve_(socket, *byte.value());
        ++served;
        quiet = ended = 0;
        continue;
      }
      if (byte.is_ready()) ++ended;
      if (++quiet < seats_.size()) continue;
      if (ended == seats_.size()) return Poll<void>::ready();
      return pin_.pending();
    }
    cx.waker().wake_by_ref();  // there may be more: to the end of the queue
    return pin_.pending();
  }

 private:
  struct Seat {
    explicit Seat(AsyncFd& socket) : place(socket, Direction::read) {}
    IoPlace<AsyncFd> place;
    bool at_end = false;
  };

  /// One byte of socket `i`, or nothing when it is at its end, now or from an earlier time.
  Poll<std::optional<char>> read_byte(std::size_t i, Context& cx) {
    using Answer = Poll<std::optional<char>>;
    Seat& seat = seats_[i];
    if (seat.at_end) return Answer::ready(std::nullopt);
    char byte = 0;
    const auto count = seat.place.poll(cx, [&](AsyncFd& socket) {
      return socket.poll_read(cx, {&byte, 1});
    });
    if (count.is_pending()) return pending;
    seat.at_end = count.value() == 0;
    return seat.at_end ? Answer::ready(std::nullopt) : Answer::ready(byte);
  }

  std::vector<Seat> seats_;
  std::size_t next_ = 0;  ///< whose turn it is
  int in_a_row_;
  Serve serve_;
};

}  // namespace book
