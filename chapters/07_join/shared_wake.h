// SharedWake: one waker that wakes many waiters. What a Shared future (shared.h) polls its inner
// future with.
//
//     the inner future --wake--> SharedWake --wake--> every waiter that is pending
//                                  news_: the inner future is to be polled once more
//
// All of it may be called from any thread. No waker is cloned, fired or dropped under the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "common/arc.h"
#include "common/waker.h"

namespace book::detail {

class SharedWake : public RefCounted<SharedWake> {
 public:
  /// A waiter's place. It is for the waiter alone, and empty at first.
  struct Ticket {
    std::uint64_t round = 0;  // the place counts until the next wake_all
    std::size_t place = 0;
  };

  /// Keeps the waker of this waiter's latest poll. True when there is news already: then it may not
  /// be fired.
  [[nodiscard]] bool wait(Ticket& ticket, Context& cx);
  /// The waiter goes, or needs no wake any more.
  void forget(Ticket& ticket) noexcept;
  /// True once after the first call, and after each wake.
  bool take_news() noexcept;
  /// The inner future has news. Fires the wakers of all that wait.
  void wake_all();

  static const WakerVTable kWakerVTable;

 private:
  std::mutex mutex_;  // guards all of it
  std::vector<Waker> waiting_;
  std::uint64_t round_ = 1;
  bool news_ = true;
};

}  // namespace book::detail
