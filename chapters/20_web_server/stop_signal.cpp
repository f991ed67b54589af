#include "20_web_server/stop_signal.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace book::http {
namespace {

Descriptor open_signals(sigset_t& before) {
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGINT);
  ::sigaddset(&stop, SIGTERM);
  Descriptor descriptor(::signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!descriptor) throw std::system_error(errno, std::system_category(), "signalfd");
  ::pthread_sigmask(SIG_BLOCK, &stop, &before);
  return descriptor;
}

}  // namespace

StopSignal::StopSignal()
    : descriptor_(open_signals(before_)), source_(descriptor_.get(), IoSource::Kind::other) {}

StopSignal::~StopSignal() {
  if (descriptor_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Poll<int> StopSignal::poll(Context& cx) {
  pin_.enter();
  for (;;) {
    if (source_.poll_ready(Direction::read, cx).is_pending()) return pin_.pending();
    source_.clear(Direction::read);
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) == sizeof info)
      return static_cast<int>(info.ssi_signo);
  }
}

}  // namespace book::http
