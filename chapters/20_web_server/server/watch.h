// Watch: how long one connection may keep us waiting. WatchList: the watches of all of them.
//
//     Waits::idle   [ a ]-[ f ]-[ b ]      idle_timeout      everybody in a lane has the same time:
//     Waits::head   [ d ]                  header_timeout    who came last is due last, so the lane
//     Waits::body                          header_timeout    is (nearly) in order by itself
//     Waits::write  [ c ]-[ e ]            write_timeout
//     Waits::nap    [ g ]                  (no limit)
//                     ^
//                     one timer, for the earliest of those in front
//
// To wait is to step to the end of a lane: a few pointers and a deadline, no allocation and no
// timer of one's own. Only the one timer is ever armed, and it stays armed: when it fires early,
// because the one in front is due later by now, it is armed anew. Who waits again for the same, as
// a busy client does a thousand times a second, does not even step: its deadline moves, and for a
// tenth of a second it stays at its place, too far in front. So whoever looks for the one that is
// due first looks at all whose places are due.
// Chapter 20 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "20_web_server/server/alarm.h"
#include "20_web_server/server/settings.h"
#include "common/clock.h"
#include "common/future.h"
#include "common/reactor/timer_wheel.h"

namespace book::http {

/// What a connection waits for.
enum class Waits : std::uint8_t {
  idle,   ///< for the first byte of a request
  head,   ///< for the rest of a head
  body,   ///< for the rest of a body
  write,  ///< for the client to take what is written
  nap,    ///< for something else, which ends by itself
};

class WatchList;

/// A connection's place in the list: from when it is accepted until it is gone.
class Watch : private detail::TimerLink {
 public:
  explicit Watch(WatchList& list) noexcept;
  /// Before the first wait. Throws std::logic_error after it.
  Watch(Watch&& other);
  Watch& operator=(Watch&&) = delete;
  ~Watch();

  /// For a poll that found nothing to do: this connection waits for `what`. The time runs from here
  /// if it waited for something else before, or when it is to begin `anew`. True: the wait is over,
  /// its time is up or the server ends. False: the task is woken when it is.
  bool wait(Context& cx, Waits what, bool anew);
  /// Of a wait that is over: its time was up.
  bool is_late() const noexcept { return late_; }

 private:
  friend class WatchList;

  void step_out() noexcept;

  WatchList* list_;  // null when moved from
  Waker waker_;
  Instant deadline_;
  Instant place_;  // in its lane: the deadline it stepped in with. Never after the deadline
  Waits waits_for_ = Waits::nap;
  bool late_ = false;
};

/// For one thread. Outlives its watches.
class WatchList {
 public:
  explicit WatchList(const Settings& settings) noexcept;
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  /// How many connections there are.
  std::size_t count() const noexcept { return count_; }

  /// The server ends: who is idle, or will be, is not waited for any more. The others finish what
  /// they have begun.
  void end_idle();
  bool ends() const noexcept { return stage_ != Stage::open; }
  /// And now nobody is waited for any more.
  void end_all();
  bool all_ends() const noexcept { return stage_ == Stage::all_end; }

  /// A future: ready when there are fewer connections than that. One task at a time may wait.
  class FewerThan;
  FewerThan fewer_than(std::size_t count) noexcept;

 private:
  friend class Watch;
  enum class Stage : std::uint8_t { open, idle_end, all_end };

  struct Lane {
    Duration limit;
    detail::TimerLink list = {};
  };

  Lane& lane(Waits what) noexcept { return lanes_[static_cast<std::size_t>(what)]; }
  void step_in(Watch& watch, Waits what, Instant now);
  bool put_off(Watch& watch, Instant now) noexcept;
  void ring_at(Instant time);
  void ring();
  void wake_all(Lane& lane);
  void one_less() noexcept;

  std::array<Lane, 5> lanes_;
  Alarm alarm_;
  Instant rings_at_ = Instant::max();
  std::size_t count_ = 0;
  Stage stage_ = Stage::open;

  std::size_t fewer_than_ = 0;
  Waker waits_for_fewer_;
};

/// What fewer_than() gives.
class [[nodiscard]] WatchList::FewerThan : PinnedOncePolled {
 public:
  using Output = void;

  FewerThan(WatchList& list, std::size_t count) noexcept : list_(list), count_(count) {}
  FewerThan(FewerThan&&) = default;
  FewerThan& operator=(FewerThan&&) = delete;
  ~FewerThan();

  Poll<void> poll(Context& cx);

 private:
  WatchList& list_;
  std::size_t count_;
  bool waits_ = false;
};

inline WatchList::FewerThan WatchList::fewer_than(std::size_t count) noexcept {
  return {*this, count};
}

/// What unless_over(watch, future) gives.
template <Future F>
class [[nodiscard]] UnlessOver : PinnedOncePolled {
 public:
  using Output = bool;

  UnlessOver(Watch& watch, F future) : watch_(watch), future_(std::move(future)) {}

  Poll<bool> poll(Context& cx) {
    const bool anew = pin_.is_fresh();
    pin_.enter();
    if (future_.poll(cx).is_ready()) return true;
    if (watch_.wait(cx, Waits::nap, anew)) return false;
    return pin_.pending();
  }

 private:
  Watch& watch_;
  F future_;
};

/// Awaits `future`: true when it has ended, false when the server ends first.
template <Future F>
UnlessOver<F> unless_over(Watch& watch, F future) {
  return {watch, std::move(future)};
}

}  // namespace book::http
