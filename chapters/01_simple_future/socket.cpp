#include "01_simple_future/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "common/trace.h"
#include "common/waker.h"

namespace book::simple {

namespace {

[[noreturn]] void throw_errno(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

void call_wake(void* data) {
  trace::wake(data);
  reinterpret_cast<Wake>(data)();
}

/// The bridge from this chapter to the rest of the book: the reactor wants a Waker, which is some
/// data and what to do with it. Here the data is the plain function, and waking calls it.
/// A function lives forever, so there are no owners to count.
Waker waker_that_calls(Wake wake) {
  static constexpr WakerVTable vtable{
      .clone = [](void*) {},
      .wake = call_wake,
      .wake_by_ref = call_wake,
      .drop = [](void*) {},
  };
  return Waker(reinterpret_cast<void*>(wake), &vtable);
}

}  // namespace

std::pair<Socket, Socket> Socket::pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
    throw_errno("socketpair");
  }
  return {Socket(fds[0]), Socket(fds[1])};
}

Socket::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::string> Socket::try_read() {
  std::array<char, 4096> buffer;
  for (;;) {
    source_.clear(Direction::read);  // before the call: whatever comes from now on is news
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got >= 0) {
      source_.set(Direction::read);
      return std::string(buffer.data(), static_cast<std::size_t>(got));
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw_errno("read");
  }
}

void Socket::set_readable_callback(Wake wake) {
  const Waker waker = waker_that_calls(wake);
  Context cx(waker);
  // Ready already? Then the news came between the read and this call, and wake is due at once.
  if (source_.poll_ready(Direction::read, cx).is_ready()) wake();
}

void Socket::clear_readable_callback(Wake wake) noexcept {
  source_.forget(Direction::read, waker_that_calls(wake));
}

void Socket::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      throw_errno("send");
    }
  }
}

}  // namespace book::simple
