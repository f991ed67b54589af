// pipe(): bytes go in at one end and come out at the other: within a process, or to a child.
//
//     PipeWriter --> [ . . 64 KiB in the system . . ] --> PipeReader
//
//     writer gone     the reader reads the end, after what is there
//     reader gone     the writer's write throws EPIPE, and nothing else happens
//
// "Nothing else" takes some care. A write to a pipe without a reader also sends SIGPIPE, which
// ends the process, and unlike send, write has no flag against it. To ignore the signal would be a
// word on behalf of the whole program, and of every program it starts. So PipeWriter blocks it in
// this thread for the length of one write, and takes it away if it came: two small system calls
// more for each write. Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io_concepts.h"
#include "common/descriptor.h"

namespace book {

/// The end that is read: an AsyncRead, for one task.
class PipeReader {
 public:
  /// Owns a pipe's reading end, a child's stdout for instance, and makes it non-blocking.
  explicit PipeReader(Descriptor end) : end_(end.release(), AsyncFd::Kind::stream) {}

  /// 0 is the end: all writers are gone. Throws std::system_error.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    return end_.poll_read(cx, buffer);
  }
  /// A future: ready when a read is worth a try.
  Readiness readable() & noexcept { return end_.readable(); }
  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept { end_.forget(direction, waker); }

  int fd() const noexcept { return end_.fd(); }
  /// The end as other programs want it, for a child's stdin: it blocks. No task may wait here.
  Descriptor into_blocking() &&;

 private:
  AsyncFd end_;
};

/// The end that is written: an AsyncWrite, for one task.
class PipeWriter {
 public:
  /// Owns a pipe's writing end, a child's stdin for instance, and makes it non-blocking.
  explicit PipeWriter(Descriptor end) { end_.emplace(end.release(), AsyncFd::Kind::stream); }

  /// Throws std::system_error: EPIPE when the reader is gone, and after poll_close.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes);
  Poll<std::size_t> poll_write_vectored(Context& cx, ConstBuffers pieces);
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  /// Closes the end: a pipe has no other way to say that nothing more will come. Closing twice is
  /// harmless.
  Poll<void> poll_close(Context&) {
    end_.reset();
    return Poll<void>::ready();
  }
  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    if (end_) end_->forget(direction, waker);
  }

  /// -1 after poll_close.
  int fd() const noexcept { return end_ ? end_->fd() : -1; }
  /// The end as other programs want it, for a child's stdout: it blocks. No task may wait here.
  Descriptor into_blocking() &&;

 private:
  std::optional<AsyncFd> end_;
};

struct PipeEnds {
  PipeReader reader;
  PipeWriter writer;
};

namespace detail {
struct PipeFn {
  PipeEnds operator()() const;
};
}  // namespace detail

/// auto ends = pipe();
/// auto& [reader, writer] = ends;
/// A child does not inherit them, unless it is given one (dup2). Throws std::system_error.
inline constexpr detail::PipeFn pipe{};

}  // namespace book
