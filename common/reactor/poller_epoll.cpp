// The Poller on Linux: one epoll, and one eventfd to interrupt it. Both kinds of registration
// are edge-triggered: the eventfd is written and never read, each write being a new edge.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "common/reactor/poller.h"

namespace book::detail {
namespace {

constexpr std::uint32_t kBothDirections = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;

std::uint8_t ready_bits(std::uint32_t events) noexcept {
  std::uint8_t ready = 0;
  if (events & EPOLLIN) ready |= Poller::kReadable;
  if (events & EPOLLPRI) ready |= Poller::kUrgent;
  if (events & EPOLLOUT) ready |= Poller::kWritable;
  if (events & EPOLLRDHUP) ready |= Poller::kReadClosed;
  if (events & EPOLLHUP) ready |= Poller::kReadClosed | Poller::kWriteClosed;
  // An error is news for both: whichever system call comes first will report it.
  if (events & EPOLLERR) ready |= Poller::kReadable | Poller::kWritable;
  return ready;
}

}  // namespace

Poller::Poller() : poll_fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!poll_fd_) throw_errno("epoll_create1");
  wake_fd_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_fd_) throw_errno("eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kReservedToken;
  if (::epoll_ctl(poll_fd_.get(), EPOLL_CTL_ADD, wake_fd_.get(), &event) < 0)
    throw_errno("epoll_ctl");
}

Poller::Watched Poller::watch(int fd, std::uint64_t token) {
  epoll_event event{};
  event.events = kBothDirections;
  event.data.u64 = token;
  if (::epoll_ctl(poll_fd_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return Watched::fresh;
  if (errno == EPERM) return Watched::always_ready;
  if (errno == EEXIST && ::epoll_ctl(poll_fd_.get(), EPOLL_CTL_MOD, fd, &event) == 0) {
    return Watched::again;
  }
  throw_errno("epoll_ctl");
}

Poller::Result Poller::wait(Batch& batch, std::int64_t timeout_ms) {
  constexpr std::int64_t kLongest = std::numeric_limits<int>::max();
  const int timeout = static_cast<int>(std::clamp<std::int64_t>(timeout_ms, -1, kLongest));
  std::array<epoll_event, std::tuple_size_v<Batch>> events;
  const int count =
      ::epoll_wait(poll_fd_.get(), events.data(), static_cast<int>(events.size()), timeout);
  if (count < 0) {
    if (errno != EINTR) throw_errno("epoll_wait");
    return {0, true};  // a signal is no event, but time has passed: the caller looks again
  }

  Result result{0, false};
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kReservedToken) {
      result.interrupted = true;
    } else {
      batch[result.events++] = {event.data.u64, ready_bits(event.events)};
    }
  }
  return result;
}

void Poller::interrupt() noexcept {
  const std::uint64_t one = 1;
  // It can fail only with the counter at its limit, 2^64 - 2 interrupts from now.
  [[maybe_unused]] const auto written = ::write(wake_fd_.get(), &one, sizeof one);
}

}  // namespace book::detail
