// AtomicWaker: one slot for a waker. One side stores it, the other fires it, without a lock.
//
// The two sides meet like this. `news` is what the sleeper waits for: a flag, a queue, a bit.
//
//     the sleeper                             the other side
//     -----------                             --------------
//     look at the news: nothing yet           write the news
//     store(waker)                            wake()
//     look at the news again
//
// Why no wake is lost: every operation below reads and writes the one word `state_`, even a wake
// that finds nothing to do, and all changes of one word happen in one order. So for a store and a
// wake there are three cases:
//
//     store ends, then wake comes             wake finds the waker and fires it
//     wake comes, then store begins           store reads what wake wrote last, and with it
//                                             (release, acquire) the news: the second look sees it
//     wake comes in the middle of store       wake leaves a note (`storing_woken`); store finds it
//                                             when it wants to finish, and fires the waker itself
//                                             (its own task would look again; but forget and
//                                             store_unless_taken may leave another task's waker
//                                             there, and that task is asleep)
//     store comes in the middle of wake       store finds `taking`: it does not wait, it fires its
//                                             own waker. The sleeper polls once more than needed
//
// The slot's waker is touched only by the thread that turned the word to `storing` or `taking`.
// Chapter 04 explains it.
#pragma once

#include <atomic>
#include <utility>

#include "common/solo_atomic.h"
#include "common/wake_or_report.h"
#include "common/waker.h"

namespace book {

class AtomicWaker {
 public:
  /// What a store did. A count of the wakers that wait changes by `gained`: -1, 0 or 1.
  struct Stored {
    bool accepted;
    int gained;
  };

  AtomicWaker() = default;
  AtomicWaker(const AtomicWaker&) = delete;
  AtomicWaker& operator=(const AtomicWaker&) = delete;

  /// Keeps a copy of `waker` in place of what is there; none is made when that would wake the same
  /// task. When a wake is under way, `waker` is woken instead of kept. Look at the news after it!
  void store(const Waker& waker) { put(waker, true); }

  /// The same, but leaves another task's waker where it is, and says so.
  [[nodiscard]] Stored store_unless_taken(const Waker& waker) { return put(waker, false); }

  /// Wakes and forgets what is stored. Write the news before it! From any thread.
  void wake() { take().wake(); }

  /// Gives the waker away instead of waking it. Empty when there is none, or when a store is under
  /// way, which will then wake by itself.
  [[nodiscard]] Waker take() {
    State seen = state_.load(std::memory_order_acquire);
    // Even where nothing changes the word is written: a store that comes later must read from it.
    while (!state_.compare_exchange_weak(seen, after_take(seen), std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
    }
    if (seen != State::stored) return Waker();
    return empty_out();
  }

  /// Drops the waker if it is this task's: for a sleeper that gives up. True when one went.
  bool forget(const Waker& waker) noexcept {
    State seen = State::stored;
    if (!change(seen, State::storing)) return false;
    if (waker_.will_wake(waker)) {
      Waker dropped = empty_out();  // a wake that came meanwhile was meant for us
      return true;
    }
    bool kept = false;
    wake_or_report([&] { kept = finish(); });
    return !kept;
  }

 private:
  //                   store, forget                take, wake
  //   empty           -> storing                   stays
  //   storing         -> stored, or -> empty       -> storing_woken
  //   storing_woken   fire, -> empty               stays: the storing side fires
  //   stored          -> storing                   -> taking
  //   taking          fires its own waker          -> empty; another's wake stays: it is fired
  //   already
  enum class State : unsigned char { empty, storing, storing_woken, stored, taking };

  static State after_take(State seen) noexcept {
    if (seen == State::storing) return State::storing_woken;
    if (seen == State::stored) return State::taking;
    return seen;
  }

  bool change(State& from, State to) noexcept {
    return state_.compare_exchange_strong(from, to, std::memory_order_acq_rel,
                                          std::memory_order_acquire);
  }

  Stored put(const Waker& waker, bool replace) {
    State seen = State::empty;
    while (!change(seen, State::storing)) {
      if (seen != State::empty && seen != State::stored) {
        waker.wake_by_ref();
        return {true, 0};
      }
    }
    const bool held = seen == State::stored;
    bool accepted = true;
    Waker other;  // at the end the old one, dropped after the slot is free again
    if (!waker_.will_wake(waker)) {
      accepted = replace || !held;
      if (accepted) {
        try {
          other = waker;  // clones, which may throw: then all is as it was
        } catch (...) {
          held ? void(finish()) : void(empty_out());
          throw;
        }
        std::swap(waker_, other);
      }
    }
    const bool kept = finish();
    return {accepted, int{kept} - int{held}};
  }

  /// storing -> stored. False when a wake came meanwhile: then it was fired, and the slot is empty.
  bool finish() {
    State seen = State::storing;
    if (change(seen, State::stored)) return true;
    empty_out().wake();
    return false;
  }

  Waker empty_out() noexcept {
    Waker waker = std::move(waker_);
    // An exchange, not a store: it also passes on what other wakers wrote before they came by.
    state_.exchange(State::empty, std::memory_order_acq_rel);
    return waker;
  }

  SoloAtomic<State> state_{State::empty};
  Waker waker_;
};

}  // namespace book
