// Exercise 2: one task that serves many sockets, and does not forget the others.
//
// A future may do a great deal of work in one poll, and as long as it does, nobody else on this
// thread gets a turn. So it sets itself a limit, and another among its own sockets:
//
//     socket 0   a a a a a a ...           in one poll: a x p b y      (in_a_row = 5)
//     socket 1   x y                       in the next: c d e f g
//     socket 2   p
//
// Run its test with: make exercise CHAPTER=04
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

    // TODO: serve one byte of one socket, then one of the next, round and round.
    //   - read_byte(i, cx) says what socket i has: ready(byte), ready(nothing) at its end, or
    //     pending. (Then its waker is left in the reactor: nothing more to do for this socket.)
    //   - None of them has anything? Then this future is pending too.
    //   - All of them at their end? Then it is ready.
    //   - in_a_row_ bytes served, and perhaps there are more? Let the others have a turn. Mind that
    //     nobody will wake this task for bytes that have arrived already!
    //   - The next poll goes on with the socket after the one that was served last.
    (void)cx;
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
