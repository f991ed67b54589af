// ConnectionCount: how many connections there are, and a future of there being fewer. A semaphore
// whose limit the one who waits brings along: max_connections for the one who accepts, 1 for the
// one who shuts down.
//
//     ConnectionCount::Slot slot(count);          one more, for as long as it lives
//     co_await count.below(20'000);               there is room for one more
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "common/future.h"
#include "common/wake_or_report.h"

namespace book::http {

/// For one thread. Outlives its slots.
class ConnectionCount {
 public:
  class Slot;
  class Below;

  ConnectionCount() = default;
  ConnectionCount(const ConnectionCount&) = delete;
  ConnectionCount& operator=(const ConnectionCount&) = delete;

  std::size_t now() const noexcept { return now_; }
  std::uint64_t total() const noexcept { return total_; }

  /// A future: ready when there are fewer connections than `limit`. One task at a time may wait.
  Below below(std::size_t limit) noexcept;

 private:
  void leave() noexcept {
    if (--now_ < limit_ && waiter_) wake_or_report(std::exchange(waiter_, Waker()));
  }

  std::size_t now_ = 0;
  std::uint64_t total_ = 0;
  std::size_t limit_ = 0;  // of the one who waits
  Waker waiter_;
};

/// A connection's share of the count: from when it is accepted until it is gone.
class ConnectionCount::Slot {
 public:
  explicit Slot(ConnectionCount& count) noexcept : count_(&count) {
    ++count.now_;
    ++count.total_;
  }
  Slot(Slot&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() {
    if (count_) count_->leave();
  }

 private:
  ConnectionCount* count_;  // null when moved from
};

/// What below() gives.
class [[nodiscard]] ConnectionCount::Below : PinnedOncePolled {
 public:
  using Output = void;

  Below(ConnectionCount& count, std::size_t limit) noexcept : count_(count), limit_(limit) {}
  Below(Below&&) = default;
  Below& operator=(Below&&) = delete;
  ~Below() {
    if (waits_) count_.waiter_ = Waker();
  }

  Poll<void> poll(Context& cx);

 private:
  ConnectionCount& count_;
  std::size_t limit_;
  bool waits_ = false;
};

inline ConnectionCount::Below ConnectionCount::below(std::size_t limit) noexcept {
  return {*this, limit};
}

}  // namespace book::http
