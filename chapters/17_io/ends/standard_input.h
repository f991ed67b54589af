// standard_input(): what the user types, or what the shell has connected, as an AsyncRead. It works
// for any descriptor that other code has opened.
//
// To wait for it, it should be non-blocking. But O_NONBLOCK does not belong to our descriptor, it
// belongs to what the descriptor leads to, and that is shared: with the shell, with stdout and
// stderr of the same terminal, with the other programs of a pipeline. They would all see EAGAIN
// where they never did, and if we are killed, they see it forever. So nothing that is shared is
// touched. What is done depends on what is there:
//
//     a file, /dev/null       read: it is always ready (epoll says EPERM to them)
//     a terminal, a pipe      opened once more, through /proc/self/fd: the same terminal, the same
//                             pipe, with flags of our own
//     a socket                recv with MSG_DONTWAIT, which says the same for one call
//     may not be opened       poll first, and read only what is there. (If another process takes it
//     again                   in between, the read waits. Nothing better is to be had.)
//
// Bytes that std::cin or stdio have read ahead are not seen here: use one of them. Chapter 17
// explains it.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <span>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io_concepts.h"

namespace book {

/// An AsyncRead of a descriptor that others share. Reading is for one task.
class InheritedInput {
 public:
  enum class Way { file, reopened, socket, asks_first };

  /// Reads from what `fd` leads to; `fd` itself stays open, and as it was. Throws std::system_error
  /// when it is not open.
  explicit InheritedInput(int fd);

  /// 0 is the end; at a terminal, one that was typed (Ctrl-D), after which more may come.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  /// A future: ready when a read is worth a try.
  Readiness readable() & noexcept { return input_.readable(); }
  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept { input_.forget(direction, waker); }

  /// How it is read: see above.
  Way way() const noexcept { return way_; }

 private:
  struct Opened {
    int fd;
    Way way;
  };
  static Opened open(int fd);
  explicit InheritedInput(Opened opened) noexcept
      // Not Kind::stream: a terminal gives a line at a time, and a pipe may get new writers.
      : input_(AsyncFd::from_nonblocking(opened.fd, AsyncFd::Kind::other)), way_(opened.way) {}

  AsyncFd input_;
  Way way_;
};

namespace detail {
struct StandardInputFn {
  InheritedInput operator()() const { return InheritedInput(STDIN_FILENO); }
};
}  // namespace detail

/// The program's stdin.
inline constexpr detail::StandardInputFn standard_input{};

}  // namespace book
