// WaitQueue: the tasks that wait for room in a channel, for its end, for a lock of chapter 12, in
// the order in which they came. The place of each is in the future that waits: no allocation.
//
//     queue ---> [ Waiter | waker ] <--> [ Waiter | waker ] <--> [ Waiter | waker ]
//                   in a Send                in a Send               in a Reserve
//
// A waiter's life:   idle ---- wait() ----> waiting ---- take() ----> taken ---- the future's next
//                                 poll, or its destructor: back to idle
// Taken and not polled yet is a state of its own, for in it the task already owns what it was woken
// for. A future that is dropped then has to pass that on, or it is lost: see was_taken().
//
// Thread safety: a queue and its waiters are guarded by a ThreadLock that their owner has beside
// them, and passes in, locked. No foreign code runs under that lock: a waker is copied, dropped and
// fired without it.
// Invariants: a waiter is in a list exactly while it is `waiting` (but for take_and_keep()). The
// thread that makes true what
// a waiter waits for takes the waiter out under the same lock. So a future that finds itself still
// in the queue has missed nothing.
//
//     poll:   std::unique_lock lock(channel.lock);
//             do {
//               if (there is room) { ... return ready; }
//             } while (!queue.wait(waiter, cx, lock));
//             return pending;
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <utility>

#include "common/link.h"
#include "common/reactor/wake_round.h"
#include "common/thread_lock.h"
#include "common/waker.h"

namespace book {

/// A locked ThreadLock.
using Locked = std::unique_lock<ThreadLock>;

class Waiter : private Link {
 public:
  Waiter() = default;
  /// A new one: the future that it lives in has not been polled, or its pin has thrown already.
  Waiter(Waiter&&) noexcept {}
  Waiter& operator=(Waiter&&) = delete;
  /// Its owner has called WaitQueue::forget() under the lock, or it was_queued() never.
  ~Waiter() = default;

  /// Has it been in a queue since it was new, or reset? The future's own question, without the
  /// lock: if not, there is nothing to forget.
  bool was_queued() const noexcept { return was_queued_; }
  bool is_waiting() const noexcept { return state_ == State::waiting; }
  /// It was taken out of its queue, and its future has not been polled since.
  bool was_taken() const noexcept { return state_ == State::taken; }
  /// For the poll that uses what it was taken out for. It is in no queue.
  void reset() noexcept {
    state_ = State::idle;
    was_queued_ = false;
  }

 private:
  friend class WaitQueue;
  enum class State : unsigned char { idle, waiting, taken };

  Waker waker_;  // of the latest poll, while waiting
  State state_ = State::idle;
  bool was_queued_ = false;  // of the thread that polls alone
};

/// Wakers on their way from under a lock to where they may be fired. A fixed number of them, so
/// that collecting cannot fail.
class WakerBatch {
 public:
  static constexpr std::size_t kRoom = 16;

  bool full() const noexcept { return count_ == kRoom; }
  /// There is room.
  void add(Waker waker) noexcept { wakers_[count_++] = std::move(waker); }
  /// Without the lock. It is empty afterwards.
  void fire(detail::WakeRound& round) noexcept {
    for (std::size_t i = 0; i < count_; ++i) round.fire(std::move(wakers_[i]));
    count_ = 0;
  }

 private:
  std::array<Waker, kRoom> wakers_;
  std::size_t count_ = 0;
};

class WaitQueue {
 public:
  WaitQueue() = default;

  bool empty() const noexcept { return waiters_.empty(); }
  /// The one who has waited longest; there is one. A queue of Nodes is asked for `front<Node>()`.
  template <class Node = Waiter>
  Node& front() noexcept {
    return static_cast<Node&>(static_cast<Waiter&>(waiters_.front()));
  }
  /// The one who came last; there is one.
  template <class Node = Waiter>
  Node& back() noexcept {
    return static_cast<Node&>(static_cast<Waiter&>(waiters_.back()));
  }

  /// Puts the waiter behind all others, unless it is in already, without a waker: it has a place,
  /// and can be taken out. A wait() before its task stops gives it the waker.
  void enter(Waiter& waiter) noexcept {
    if (waiter.is_waiting()) return;
    waiters_.push_back(waiter);
    waiter.state_ = Waiter::State::waiting;
    waiter.was_queued_ = true;
  }

  /// Puts the waiter behind all others, unless it is in already, with the waker of this poll.
  /// True: so it is, the lock is no longer held, and the poll is pending. False: the lock had to be
  /// let go of, for the waker was copied, and in the meantime the waiter was taken out. The lock is
  /// held again: look once more.
  [[nodiscard]] bool wait(Waiter& waiter, const Context& cx, Locked& lock);

  /// Out with it, if it is in. The waker is the caller's to drop, without the lock.
  [[nodiscard]] Waker forget(Waiter& waiter) noexcept {
    if (!waiter.is_waiting() && !waiter.is_linked()) return Waker();
    return leave(waiter, Waiter::State::idle);
  }

  /// Takes out this one, who waits here: fire its waker without the lock.
  [[nodiscard]] Waker take(Waiter& waiter) noexcept { return leave(waiter, Waiter::State::taken); }

  /// Takes this one, who waits here, and puts it behind all others: for a queue from which no one
  /// is served any more. It stays, so that the queue's owner sees who has yet to look, until it is
  /// forgotten.
  [[nodiscard]] Waker take_and_keep(Waiter& waiter) noexcept {
    Waker waker = take(waiter);
    waiters_.push_back(waiter);
    return waker;
  }

  /// Takes out the one who has waited longest, if there is one. (One that is just copying its
  /// waker has none yet: ask empty() first if it matters whether there was one.)
  [[nodiscard]] Waker take_one() noexcept { return empty() ? Waker() : take(front()); }

  /// Takes out and wakes all who wait at this moment, and lets go of the lock. Those who come while
  /// it fires stay; those who are dropped while it fires are not woken. The lock and the queue must
  /// outlive it: what it fires may drop the last owner of nearly anything.
  void wake_all(Locked& lock);
  /// The same, for who has others to wake in the same round. The lock is let go of.
  void wake_all(Locked& lock, detail::WakeRound& round);

 private:
  static Waker leave(Waiter& waiter, Waiter::State state) noexcept {
    waiter.unlink();
    waiter.state_ = state;
    return std::move(waiter.waker_);
  }

  LinkedList waiters_;
};

}  // namespace book
