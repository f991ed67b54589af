#include "04_io_executor/async_fd.h"

#include <fcntl.h>
#include <unistd.h>

namespace book {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::system_category(), call);
}

}  // namespace

AsyncFd::Owned::~Owned() {
  // Not again on EINTR: Linux has closed it by then, and the number may be somebody else's.
  if (fd >= 0) ::close(fd);
}

AsyncFd::AsyncFd(int fd, Kind kind) : AsyncFd(kind, fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) fail("fcntl");
  if (!(flags & O_NONBLOCK) && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) fail("fcntl");
}

AsyncFd& AsyncFd::operator=(AsyncFd&& other) noexcept {
  AsyncFd taken(std::move(other));
  std::swap(owned_.fd, taken.owned_.fd);
  std::swap(kind_, taken.kind_);
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

void AsyncFd::after_error(Direction direction, const char* name) {
  const int error = errno;
  source_.set(direction);
  if (error != EINTR) throw std::system_error(error, std::system_category(), name);
}

}  // namespace book
