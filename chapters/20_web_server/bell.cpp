#include "20_web_server/bell.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "04_io_executor/async_fd.h"
#include "17_io/io.h"

namespace book::http {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::system_category(), call);
}

}  // namespace

Bell::Bell() : writer_(-1) {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) fail("pipe2");
  reader_ = Descriptor(ends[0]);
  writer_.store(ends[1], std::memory_order_release);
}

Bell::~Bell() { ring(); }

void Bell::ring() noexcept {
  const int writer = writer_.exchange(-1, std::memory_order_acq_rel);
  if (writer >= 0) ::close(writer);
}

Async<void> Bell::rung() const {
  // A descriptor of its own: a source belongs to one reactor, and this bell to all of them.
  const int copy = ::fcntl(reader_.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) fail("fcntl");
  AsyncFd reader = AsyncFd::from_nonblocking(copy, AsyncFd::Kind::stream);
  std::array<char, 1> nothing;
  co_await read(reader, nothing);
}

}  // namespace book::http
