// PermitCore: the one algorithm of this chapter. So many permits, and the tasks that wait for some,
// in the order in which they came.
//
//     Semaphore   n permits                       Mutex      1 permit, and a value
//     RwLock      a reader takes 1, a writer      OnceCell   1 permit, to make the value; the
//                 takes all                                  value keeps it
//
//     free = 2     queue ---> [ needs 3 ] <--> [ needs 1 ] <--> [ needs 1 ]
//                              waits for one more; the two behind it wait for their turn
//
// A permit that comes back belongs, at once, to the task that has waited longest: it is handed over
// under the lock, before that task is polled. So no task passes one that waits already, and no
// small request a large one. The price: a lock that two tasks want changes hands at each unlock.
//
// Thread safety: everything here is guarded by `lock_`. Each call may come from any thread.
// Invariants:
//   - While a task waits, fewer permits are free than the first in the queue needs (but for a
//     moment inside of hand_over and close).
//   - A claim that was_taken() owns its permits already. Dropped in that state, it passes them on.
//   - Once closed, the queue holds those who wait, and behind them those who were told of it and
//     have not been polled since: until then they use the lock, and it must not be destroyed.
//   - free + out is what there is: add and take_away change it, and a permit that is forgotten.
//   - No waker is copied, dropped or fired under the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "11_channels/wait_queue.h"
#include "12_sync/in_use.h"
#include "common/thread_lock.h"
#include "common/waker.h"

namespace book::detail {

/// What a report calls the lock.
struct LockWords {
  const char* lock;    ///< its name
  const char* waits;   ///< why a task waits for it, without a line;
  const char* held;    ///< and with the line of the task that has it,
  const char* handed;  ///< or of the future that it was handed to, which has yet to be polled,
  const char* behind;  ///< or, when enough is free, with a task in front that needs more
};

class PermitCore {
 public:
  using Count = std::uint32_t;
  static constexpr std::size_t kMaxPermits = std::numeric_limits<Count>::max();

  /// A place in the queue. It lives in the future that waits.
  struct Claim : PlacedWaiter {
    Claim(Count wanted, Line made_in) noexcept : PlacedWaiter(made_in), needs(wanted) {}
    Count needs;  // none: it was told that the lock is closed
  };
  enum class Answer { pending, ready, closed };

  explicit PermitCore(Count permits) noexcept : free_(permits) {}
  PermitCore(const PermitCore&) = delete;
  PermitCore& operator=(const PermitCore&) = delete;

  /// A poll for permits. Ready: they are the caller's.
  Answer poll(Claim& claim, Context& cx, const LockWords& words) {
    lock_.lock();
    if (claim.was_queued() || !can_take(claim.needs)) return poll_or_wait(claim, cx, words);
    take(claim.needs, claim.line);
    lock_.unlock();
    return Answer::ready;
  }
  /// Permits at once, or none: the tasks that wait come first.
  bool try_take(Count permits, Line line) noexcept {
    const Locked locked(lock_);
    if (!can_take(permits)) return false;
    take(permits, line);
    return true;
  }
  /// The claim's future goes: its place, its waker, and the permits that it was given.
  void leave(Claim& claim) noexcept {
    if (claim.was_queued()) leave_queue(claim);
  }
  /// Permits that were taken. They go to those who wait. For destructors: see wake_or_report.h.
  void give_back(Count permits) noexcept {
    lock_.lock();
    free_ += permits;
    out_ -= permits;
    if (!queue_.empty()) return hand_over_or_report();
    lock_.unlock();
  }

  /// New ones. False when there would then be more than `max`.
  bool add(std::size_t permits, std::size_t max);
  /// Takes away free ones, up to so many, and gives how many that were.
  Count take_away(std::size_t permits) noexcept;
  /// These were taken, and will not come back.
  void never_back(Count permits) noexcept;
  Count free() const noexcept;

  /// From now on no claim gets any: the tasks that wait are told.
  void close();
  bool is_closed() const noexcept;

  /// For the destructor of the lock: no task has a permit or waits for one, or std::terminate.
  void check_unused(const LockWords& words) noexcept;

 private:
  bool can_take(Count permits) const noexcept {
    return !closed_ && permits <= free_ && queue_.empty();
  }
  void take(Count permits, Line line) noexcept {
    free_ -= permits;
    out_ += permits;
    line_ = line;
    handed_ = false;
  }
  // These two are called with the lock held, and let go of it.
  Answer poll_or_wait(Claim& claim, Context& cx, const LockWords& words);
  /// Free permits to those who wait, as far as they go.
  void hand_over();
  void hand_over_or_report() noexcept;
  void leave_queue(Claim& claim) noexcept;
  void say_why(const Claim& claim, Context& cx, const LockWords& words) const noexcept;
  bool first_can_have_it() noexcept {
    return !closed_ && !queue_.empty() && queue_.front<Claim>().needs <= free_;
  }
  [[nodiscard]] Waker hand_to_first() noexcept;
  // For close(): those who were told stay in the queue until they are polled, or dropped.
  bool first_waits() noexcept { return !queue_.empty() && queue_.front().is_waiting(); }
  [[nodiscard]] Waker tell_first() noexcept;
  /// One that was handed permits has come for them, or is gone. The line may be of another.
  void was_polled(const Claim& claim) noexcept {
    if (claim.line.number() == line_.number()) handed_ = false;
  }

  mutable ThreadLock lock_;
  Count free_;
  Count out_ = 0;        // taken, or handed to a task that has not been polled since
  Line line_;            // of the one that took some last, or was handed them:
  bool handed_ = false;  // which of the two
  bool closed_ = false;
  WaitQueue queue_;  // of Claims
};

}  // namespace book::detail
