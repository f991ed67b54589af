// What the two ends of a oneshot share: a byte of flags, room for the value, and a waker for each
// side, in one allocation.
//
//   bit   set by        when                             who looks
//   0     the sender    sent: the value is there         the receiver: takes it
//   1     the sender    it has gone, or sent             the receiver: without bit 0, nothing comes
//   2     the receiver  closed: it wants no value        the sender: stops, or keeps its value
//   3     the sender    it is done with the object       the receiver: the last one frees it
//   4     the receiver  it is done with the object       the sender: the same
// No bit is ever cleared.
//
// Why nothing is lost: each side writes its bit and then wakes the other; each side that waits
// stores its waker and then looks at the bits again (atomic_waker.h). The value is written before
// bit 0 (release) and read after it (acquire); the side that sets the second of bits 3 and 4 frees.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "11_channels/pooled.h"
#include "common/atomic_waker.h"
#include "common/solo_atomic.h"

namespace book {

namespace detail {

class OneshotFlags {
 public:
  static constexpr std::uint8_t kSent = 1, kSenderGone = 2, kClosed = 4;
  static constexpr std::uint8_t kSenderDone = 8, kReceiverDone = 16;

  bool has(std::uint8_t flags) const noexcept {
    return (flags_.load(std::memory_order_acquire) & flags) != 0;
  }
  /// Gives what was there before.
  std::uint8_t set(std::uint8_t flags) noexcept {
    return flags_.fetch_or(flags, std::memory_order_acq_rel);
  }

 private:
  SoloAtomic<std::uint8_t> flags_{0};
};

template <class T>
struct OneshotShared : Pooled {
  OneshotFlags flags;
  AtomicWaker receiver, sender;  // the sender's: of who waits in closed()
  std::optional<T> value;        // the sender's until kSent, then the receiver's

  void done(std::uint8_t mine, std::uint8_t other) noexcept {
    if (flags.set(mine) & other) delete this;
  }
};

}  // namespace detail

}  // namespace book
