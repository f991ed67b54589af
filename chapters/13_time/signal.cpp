#include "13_time/signal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "04_io_executor/async_fd.h"
#include "common/descriptor.h"

namespace book {
namespace {

// --- What the handler may touch: lock-free words, which are never destroyed -----------------

constexpr int kNumbers = 65;  // Linux has the signals 1 to 64

using Count = std::uint32_t;
static_assert(std::atomic<Count>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

constinit std::array<std::atomic<Count>, kNumbers> counts{};
/// Made with the first listener, and never closed: a handler may be about to ring it.
constinit std::atomic<int> bell{-1};

extern "C" void book_count_signal(int number) {
  const int error = errno;  // of whatever we have interrupted
  counts[static_cast<std::size_t>(number)].fetch_add(1, std::memory_order_release);
  const std::uint64_t one = 1;
  // It is never read: each write is a new edge for every epoll that watches it. It can fail
  // only with the eventfd at its limit, 2^64 - 2 signals from now.
  [[maybe_unused]] const auto written =
      ::write(bell.load(std::memory_order_acquire), &one, sizeof one);
  errno = error;
}

// --- The listeners ---------------------------------------------------------------------------

struct Slot {
  int listeners = 0;
  struct sigaction before {};
};

constinit std::mutex slots_mutex;
constinit std::array<Slot, kNumbers> slots{};

void refuse(int number, const char* why) {
  throw std::invalid_argument("signal(" + signal_name(number) + "): " + why);
}

void check(int number) {
  const bool known = number > 0 && (number <= SIGSYS || number >= SIGRTMIN) && number <= SIGRTMAX;
  if (!known) refuse(number, "there is no such signal");
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
      return refuse(number, "no program can catch it");
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
    case SIGABRT:
      return refuse(number, "it reports a fault of the code that runs, which cannot go on");
    default:
      return;
  }
}

void install(int number) {
  const std::scoped_lock lock(slots_mutex);
  if (bell.load(std::memory_order_relaxed) < 0) {
    const int made = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (made < 0) throw_errno("eventfd");
    bell.store(made, std::memory_order_release);
  }
  Slot& slot = slots[static_cast<std::size_t>(number)];
  if (slot.listeners == 0) {
    struct sigaction ours {};
    ours.sa_handler = &book_count_signal;
    ours.sa_flags = SA_RESTART;  // a read() elsewhere in the program goes on as if nothing had been
    ::sigemptyset(&ours.sa_mask);
    if (::sigaction(number, &ours, &slot.before) < 0) throw_errno("sigaction");
  }
  ++slot.listeners;
}

void uninstall(int number) noexcept {
  const std::scoped_lock lock(slots_mutex);
  Slot& slot = slots[static_cast<std::size_t>(number)];
  if (--slot.listeners > 0) return;
  // A handler that the program has set after ours stays.
  struct sigaction now {};
  const bool ours = ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == &book_count_signal;
  if (ours) ::sigaction(number, &slot.before, nullptr);
}

/// One signal that a watch listens to.
class Listening {
 public:
  // The count is read before the handler is there: what comes from here on is news.
  explicit Listening(int number) : seen_(count_of(number)) {
    install(number);
    number_ = number;
  }
  Listening(Listening&& other) noexcept
      : number_(std::exchange(other.number_, 0)), seen_(other.seen_) {}
  Listening& operator=(Listening&&) = delete;
  ~Listening() {
    if (number_ != 0) uninstall(number_);
  }

  int number() const noexcept { return number_; }
  /// Takes one signal that has come. False when there is none.
  bool take() noexcept {
    if (count_of(number_) == seen_) return false;
    ++seen_;
    return true;
  }

 private:
  static Count count_of(int number) noexcept {
    return counts[static_cast<std::size_t>(number)].load(std::memory_order_acquire);
  }

  int number_ = 0;
  Count seen_;
};

std::vector<Listening> listen_to(std::span<const int> numbers) {
  if (numbers.empty()) throw std::invalid_argument("signal({}) would wait forever");
  for (const int number : numbers) check(number);
  std::vector<Listening> all;
  all.reserve(numbers.size());
  for (const int number : numbers) {
    const auto same = [&](const Listening& other) { return other.number() == number; };
    if (std::none_of(all.begin(), all.end(), same)) all.emplace_back(number);
  }
  return all;
}

/// The bell under a descriptor of our own, so that each watch has its seat in its reactor. (The
/// bell itself stays open, so an epoll never quite forgets such a descriptor. The reactor ignores
/// what is reported for one that is gone, and the next watch to get its number takes it over.)
AsyncFd own_bell() {
  const int own = ::fcntl(bell.load(std::memory_order_acquire), F_DUPFD_CLOEXEC, 0);
  if (own < 0) throw_errno("fcntl");
  return AsyncFd::from_nonblocking(own, AsyncFd::Kind::other);
}

}  // namespace

struct detail::SignalWatch::Listener {
  explicit Listener(std::span<const int> numbers) : all(listen_to(numbers)) {}

  std::vector<Listening> all;
  AsyncFd bell = own_bell();
  IoPlace<AsyncFd> place{bell, Direction::read};
};

detail::SignalWatch::SignalWatch(std::span<const int> numbers)
    : listener_(std::make_unique<Listener>(numbers)) {}
detail::SignalWatch::SignalWatch(SignalWatch&&) noexcept = default;
detail::SignalWatch::~SignalWatch() = default;

// AsyncFd's loop, with a look at the counts where others read: a count that changes after the look
// rings a bell that is heard after it.
Poll<int> detail::SignalWatch::poll(Context& cx) {
  const auto look = [&]() -> int {
    for (Listening& one : listener_->all) {
      if (one.take()) return one.number();
    }
    errno = EAGAIN;
    return -1;
  };
  const Poll<std::size_t> number = listener_->place.poll(
      cx, [&](AsyncFd& bell) { return bell.poll_call(Direction::read, cx, 0, "signal", look); });
  if (number.is_pending()) {
    if (listener_->all.size() == 1) {
      cx.waits_for("signal", listener_->all.front().number());
    } else {
      cx.waits_for("one of several signals");
    }
    return pending;
  }
  return static_cast<int>(number.value());
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

}  // namespace book
