// Timer: one deadline and the waker to fire then, as a node that links itself into a wheel.
// TimerWheel: a hierarchical timing wheel; inserting and removing cost the same with ten timers
// as with ten million, and neither allocates.
//
//     level 0   64 slots of 1 tick       a timer sits on the lowest level whose slots can
//     level 1   64 slots of 64 ticks     tell it from the present: the level of the highest
//     level 2   64 slots of 4096 ticks   bit in which its tick differs from `elapsed`
//     ...
//     level 5   64 slots of 2^30 ticks   further off: parked in the last slot, looked at again
//     there
//
// When time enters a slot of a higher level, its timers move down ("cascade"); what reaches level
// 0 is exact. A tick is 1 ms: over two years fit. Chapter 04 explains it.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

#include "common/waker.h"

namespace book {

class Reactor;

namespace detail {
struct TimerLink {
  TimerLink* prev = this;
  TimerLink* next = this;

  TimerLink() = default;
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;

  bool alone() const noexcept { return next == this; }
  void unlink() noexcept {
    prev->next = next;
    next->prev = prev;
  }
  void insert_before(TimerLink& place) noexcept {
    next = &place;
    prev = place.prev;
    prev->next = this;
    place.prev = this;
  }
  /// Moves all the nodes of `other`, in their order, to the end of this list.
  void append_all(TimerLink& other) noexcept {
    if (other.alone()) return;
    other.next->prev = prev;
    prev->next = other.next;
    other.prev->next = this;
    prev = other.prev;
    other.prev = other.next = &other;
  }
};
}  // namespace detail

/// Armed by Reactor::arm. Stays where it is while it is armed; destroying it disarms it.
class Timer : private detail::TimerLink {
 public:
  Timer() = default;
  /// A new timer. Throws std::logic_error when `other` was ever armed: a reactor may point to it.
  Timer(Timer&& other) {
    if (other.state_.load(std::memory_order_relaxed) != State::idle) {
      throw std::logic_error("a timer was moved after it had been armed");
    }
  }
  Timer& operator=(Timer&&) = delete;
  ~Timer() { disarm(); }

  /// The deadline of the last arm() has passed. Needs no look at the clock; from any thread.
  bool fired() const noexcept { return state_.load(std::memory_order_acquire) == State::fired; }
  bool armed() const noexcept { return state_.load(std::memory_order_acquire) == State::armed; }

  /// What Reactor::disarm does, for whoever does not know the reactor.
  void disarm() noexcept {
    if (armed()) disarm_armed();
  }

 private:
  friend class TimerWheel;
  friend class Reactor;

  // idle -> armed: arm().  armed -> idle: disarm(), or the reactor's end.  armed -> fired: the
  // reactor's thread. All under the reactor's timer lock; `fired` is the last thing that thread
  // writes here, so whoever reads it may destroy the timer at once.
  enum class State : unsigned char { idle, armed, fired };

  void disarm_armed() noexcept;

  std::uint64_t tick_ = 0;
  Waker waker_;
  Reactor* reactor_ = nullptr;
  std::uint16_t slot_ = 0;
  std::atomic<State> state_{State::idle};
};

/// Not thread-safe: its owner locks. Timers of one tick leave it in the order they came.
class TimerWheel {
 public:
  using Tick = std::uint64_t;
  static constexpr Tick kNever = std::numeric_limits<Tick>::max();

  TimerWheel() = default;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  std::size_t size() const noexcept { return size_; }

  /// `timer` is in no wheel. A tick that has passed makes it due at once.
  void insert(Timer& timer, Tick tick) noexcept {
    timer.tick_ = tick;
    place(timer);
    ++size_;
  }

  /// `timer` is in this wheel.
  void remove(Timer& timer) noexcept {
    timer.unlink();
    // After a slot has become due its timers still carry its number: emptiness is what counts.
    const unsigned slot = timer.slot_;
    if (slots_[slot].alone() && slot != kDue) occupied_[slot / kSlots] &= ~bit(slot % kSlots);
    --size_;
  }

  /// Takes out one timer whose tick is not after `now`; nullptr when there is none.
  Timer* pop(Tick now) noexcept {
    while (slots_[kDue].alone()) {
      const Step step = next_step();
      if (step.tick > now) {
        elapsed_ = std::max(elapsed_, now);
        return nullptr;
      }
      enter(step);
    }
    return take_due();
  }

  /// Goes on to the tick of the next timer, and says which it is; the wheel is not empty. From now
  /// on everything up to there has passed.
  Tick advance_to_next() noexcept {
    while (slots_[kDue].alone()) enter(next_step());
    return elapsed_;
  }

  /// Takes out any timer: for the wheel's end.
  Timer* pop_any() noexcept { return pop(kNever - 1); }

  /// When pop() has something to do next: the tick of the next timer, or an earlier one at which
  /// timers have to cascade first; kNever when the wheel is empty.
  Tick next() const noexcept { return slots_[kDue].alone() ? next_step().tick : elapsed_; }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1u << kBits;
  static constexpr unsigned kLevels = 6;
  static constexpr unsigned kTop = kLevels - 1;
  static constexpr unsigned kDue = kLevels * kSlots;  ///< one more list: what is due already
  /// The furthest slot that is not the present one, one turn of the top level later.
  static constexpr Tick kReach = Tick{kSlots - 1} << (kBits * kTop);

  struct Step {
    Tick tick;
    unsigned level;
  };

  static constexpr std::uint64_t bit(unsigned slot) noexcept { return std::uint64_t{1} << slot; }

  void place(Timer& timer) noexcept {
    unsigned slot = kDue;
    if (timer.tick_ > elapsed_) {
      const Tick tick = elapsed_ + std::min(timer.tick_ - elapsed_, kReach);
      const unsigned highest = static_cast<unsigned>(std::bit_width(tick ^ elapsed_)) - 1;
      const unsigned level = std::min(highest / kBits, kTop);
      const unsigned index = static_cast<unsigned>(tick >> (kBits * level)) % kSlots;
      occupied_[level] |= bit(index);
      slot = level * kSlots + index;
    }
    timer.slot_ = static_cast<std::uint16_t>(slot);
    timer.insert_before(slots_[slot]);
  }

  // No timer is ever in the slot that the present is in, on any level: those on a level below
  // all come before those on the level above, and one rotation finds the next slot.
  Step next_step() const noexcept {
    for (unsigned level = 0; level < kLevels; ++level) {
      if (occupied_[level] == 0) continue;
      const Tick present = elapsed_ >> (kBits * level);
      const int ahead =
          std::countr_zero(std::rotr(occupied_[level], static_cast<int>(present % kSlots)));
      return {(present + static_cast<Tick>(ahead)) << (kBits * level), level};
    }
    return {kNever, 0};
  }

  /// Time enters a slot: on level 0 its timers are due, on the others they move down.
  void enter(Step step) noexcept {
    elapsed_ = step.tick;
    const unsigned index = static_cast<unsigned>(step.tick >> (kBits * step.level)) % kSlots;
    detail::TimerLink& slot = slots_[step.level * kSlots + index];
    occupied_[step.level] &= ~bit(index);
    if (step.level == 0) return slots_[kDue].append_all(slot);
    detail::TimerLink moving;
    moving.append_all(slot);
    while (!moving.alone()) {
      Timer& timer = static_cast<Timer&>(*moving.next);
      timer.unlink();
      place(timer);
    }
  }

  Timer* take_due() noexcept {
    Timer& timer = static_cast<Timer&>(*slots_[kDue].next);
    timer.unlink();
    --size_;
    return &timer;
  }

  Tick elapsed_ = 0;  ///< every timer up to here is due or gone
  std::size_t size_ = 0;
  std::uint64_t occupied_[kLevels] = {};
  detail::TimerLink slots_[kLevels * kSlots + 1];
};

}  // namespace book
