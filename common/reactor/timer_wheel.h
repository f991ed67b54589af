// TimerWheel: a hierarchical timing wheel; inserting and removing cost the same with ten timers
// as with ten million, and neither allocates.
//
//     level 0   64 slots of 1 tick       a timer sits on the lowest level whose slots can
//     level 1   64 slots of 64 ticks     tell it from the present: the level of the highest
//     level 2   64 slots of 4096 ticks   bit in which its tick differs from `elapsed`
//     ...
//     level 5   64 slots of 2^30 ticks   further off: parked in the last slot, and placed again
//                                        when time gets there
//
// When time enters a slot of a higher level, its timers move down ("cascade"); what reaches level
// 0 is exact. A tick is 1 ms: over two years fit. Chapter 04 explains it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "common/link.h"
#include "common/reactor/timer.h"

namespace book {

/// Not thread-safe: its owner locks. Timers of one tick leave it in the order they came. Those that
/// are still in it at its end have to be there, too: it lets them go.
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
    if (slots_[slot].empty() && slot != kDue) occupied_[slot / kSlots] &= ~bit(slot % kSlots);
    --size_;
  }

  /// Takes out one timer whose tick is not after `now`; nullptr when there is none.
  Timer* pop(Tick now) noexcept {
    while (slots_[kDue].empty()) {
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
    while (slots_[kDue].empty()) enter(next_step());
    return elapsed_;
  }

  /// Takes out any timer: for the wheel's end.
  Timer* pop_any() noexcept { return pop(kNever - 1); }

  /// When pop() has something to do next: the tick of the next timer, or an earlier one at which
  /// timers have to cascade first; kNever when the wheel is empty.
  Tick next() const noexcept { return slots_[kDue].empty() ? next_step().tick : elapsed_; }

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
    slots_[slot].push_back(timer);
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
    LinkedList& slot = slots_[step.level * kSlots + index];
    occupied_[step.level] &= ~bit(index);
    if (step.level == 0) return slots_[kDue].append(slot);
    LinkedList moving;
    moving.append(slot);
    while (!moving.empty()) {
      Timer& timer = static_cast<Timer&>(moving.front());
      timer.unlink();
      place(timer);
    }
  }

  Timer* take_due() noexcept {
    Timer& timer = static_cast<Timer&>(slots_[kDue].front());
    timer.unlink();
    --size_;
    return &timer;
  }

  Tick elapsed_ = 0;  ///< every timer up to here is due or gone
  std::size_t size_ = 0;
  std::uint64_t occupied_[kLevels] = {};
  LinkedList slots_[kLevels * kSlots + 1];
};

}  // namespace book
