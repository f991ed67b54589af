#include "04_io_executor/async_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace book {
namespace {

/// Does it give what was written piece by piece? A terminal does. So does a pipe whose writer says
/// O_DIRECT: a flag that the reading end does not show.
bool keeps_ends(int fd, int flags) noexcept {
  struct stat file {};
  if (::fstat(fd, &file) != 0) return false;
  const bool reads = (flags & O_ACCMODE) != O_WRONLY;
  return S_ISCHR(file.st_mode) || (S_ISFIFO(file.st_mode) && (reads || flags & O_DIRECT));
}

}  // namespace

AsyncFd::AsyncFd(int fd, Kind kind) : AsyncFd(kind, fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) throw_errno("fcntl");
  if (!(flags & O_NONBLOCK) && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) throw_errno("fcntl");
  if (kind == Kind::stream && keeps_ends(fd, flags)) {
    kind_ = Kind::other;
    source_ = IoSource(fd, kind_);
  }
}

AsyncFd& AsyncFd::operator=(AsyncFd&& other) noexcept {
  AsyncFd taken(std::move(other));
  std::swap(descriptor_, taken.descriptor_);
  std::swap(kind_, taken.kind_);
  std::swap(turn_, taken.turn_);
  std::swap(source_, taken.source_);
  return *this;
}

Poll<std::size_t> AsyncFd::poll_read(Context& cx, std::span<char> into) {
  return poll_call(Direction::read, cx, into.size(), "read",
                   [&] { return ::read(fd(), into.data(), into.size()); });
}

Poll<std::size_t> AsyncFd::poll_write(Context& cx, std::span<const char> from) {
  return poll_call(Direction::write, cx, from.size(), "write",
                   [&] { return ::write(fd(), from.data(), from.size()); });
}

Pending AsyncFd::yield(Context& cx) {
  cx.waits_for("its next turn at a busy descriptor");
  cx.waker().wake_by_ref();
  return pending;
}

void AsyncFd::after_error(Direction direction, const char* name) {
  const int error = errno;
  source_.set(direction);
  if (error != EINTR) throw_errno(error, name);
}

}  // namespace book
