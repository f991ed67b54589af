#include "17_io/ends/pipe.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "17_io/bytes/gather.h"
#include "17_io/sockets/socket_calls.h"

namespace book {
namespace {

/// No SIGPIPE of this thread's writes gets through while one of these is alive. One that was
/// pending before stays where it was, for the code that waits for it.
class NoSigpipe {
 public:
  NoSigpipe() noexcept {
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    if (::sigismember(&before_, SIGPIPE)) {  // blocked all the time: one may be waiting already
      sigset_t waiting;
      ::sigpending(&waiting);
      leave_it_ = ::sigismember(&waiting, SIGPIPE);
    }
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// After a write that said EPIPE: takes the signal that came with it. Keeps errno.
  void take() noexcept {
    if (leave_it_) return;
    const int error = errno;
    const timespec now{};
    while (::sigtimedwait(&sigpipe_, nullptr, &now) < 0 && errno == EINTR) {
    }
    errno = error;
  }

 private:
  sigset_t sigpipe_, before_;
  bool leave_it_ = false;
};

template <class Call>
ssize_t without_sigpipe(Call call) noexcept {
  NoSigpipe guard;
  const ssize_t count = call();
  if (count < 0 && errno == EPIPE) guard.take();
  return count;
}

/// A copy that has lost its O_NONBLOCK: the flag belongs to what both share.
Descriptor blocking_copy(int fd) {
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw_errno("fcntl");
  const int flags = ::fcntl(copy.get(), F_GETFL);
  if (flags < 0 || ::fcntl(copy.get(), F_SETFL, flags & ~O_NONBLOCK) < 0) throw_errno("fcntl");
  return copy;
}

}  // namespace

Poll<std::size_t> PipeWriter::poll_write(Context& cx, std::span<const char> bytes) {
  if (!end_) throw_errno(EPIPE, "write to a pipe that was closed");
  return end_->poll_call(Direction::write, cx, bytes.size(), "write", [&] {
    return without_sigpipe([&] { return ::write(end_->fd(), bytes.data(), bytes.size()); });
  });
}

Poll<std::size_t> PipeWriter::poll_write_vectored(Context& cx, ConstBuffers pieces) {
  if (!end_) throw_errno(EPIPE, "write to a pipe that was closed");
  detail::Gather gather(pieces);
  return end_->poll_call(Direction::write, cx, gather.bytes(), "writev", [&] {
    return without_sigpipe(
        [&] { return ::writev(end_->fd(), gather.data(), static_cast<int>(gather.size())); });
  });
}

Descriptor PipeReader::into_blocking() && {
  const AsyncFd end = std::move(end_);
  return blocking_copy(end.fd());
}

Descriptor PipeWriter::into_blocking() && {
  const std::optional<AsyncFd> end = std::exchange(end_, std::nullopt);
  if (!end) throw_errno(EBADF, "into_blocking of a pipe that was closed");
  return blocking_copy(end->fd());
}

PipeEnds detail::PipeFn::operator()() const {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) throw_errno("pipe2");
  Descriptor reader(ends[0]), writer(ends[1]);
  return {PipeReader(std::move(reader)), PipeWriter(std::move(writer))};
}

}  // namespace book
