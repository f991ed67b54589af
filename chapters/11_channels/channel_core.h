// ChannelCore: what an mpsc channel keeps beside its items: who has which slot, who waits, who is
// gone.
//
//     slots of a channel of 6:    [ item | item | reserved | reserved | free | free ]
//                                   \_______ taken = 4 _____________/
//
// A slot is taken by the item in it, by a permit that may fill it, or by the sender that is next in
// the queue and has been given it. It becomes free when the item has left, or the permit, unused.
//
// Thread safety: everything here is guarded by `lock`.
// Invariants:
//   - A freed slot belongs to the sender that has waited longest, from that moment and not from its
//     next poll. While a sender waits, no slot is free (but for a moment inside of give_back), and
//     one that comes later waits behind it.
//   - A stream has ended when it is closed or without a sender, and no slot is taken: a sender or
//     a permit that has one may still fill it. From then on it is closed for all.
//   - No waker is copied, dropped or fired under the lock; a function that takes a Locked
//     lets go of it to do so.
#pragma once

#include <cstddef>
#include <limits>

#include "11_channels/wait_queue.h"
#include "common/thread_lock.h"
#include "common/waker.h"

namespace book::detail {

class ChannelCore {
 public:
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  /// Slots that a future wants, and those that it has been given so far. One that has all of them
  /// is no longer in the queue. While it was_queued(), `got` belongs to the lock.
  struct Claim : Waiter {
    explicit Claim(std::size_t wanted) noexcept : needs(wanted) {}
    std::size_t needs;
    std::size_t got = 0;
  };
  enum class Answer { pending, ready, closed };

  explicit ChannelCore(std::size_t max) noexcept : max_(max) {}
  ChannelCore(const ChannelCore&) = delete;
  ChannelCore& operator=(const ChannelCore&) = delete;

  mutable ThreadLock lock;

  // ---- the senders' side -------------------------------------------------------------------
  void add_sender() noexcept;
  /// One more, unless there is none left.
  [[nodiscard]] bool add_sender_to_others() noexcept;
  void remove_sender() noexcept;

  /// A poll for slots. Ready: `claim.got` is all it needs. Pending: the lock is let go of.
  Answer claim(Claim& claim, Context& cx, Locked& locked) {
    if (claim.was_queued() || try_claim(claim.needs) != Answer::ready)
      return claim_or_wait(claim, cx, locked);
    claim.got = claim.needs;
    return Answer::ready;
  }
  /// Slots at once, or none: those who wait come first.
  Answer try_claim(std::size_t slots) noexcept {
    if (closed_) return Answer::closed;
    if (slots > free_slots() || !claims_.empty()) return Answer::pending;
    taken_ += slots;
    return Answer::ready;
  }
  /// The claim's future goes: its place, its waker, and the slots that it was given.
  void leave(Claim& claim);
  /// Taken slots that stay unused, or were. They go to those who wait. Lets go of the lock.
  void give_back(std::size_t slots, Locked& locked) {
    taken_ -= slots;
    if (claims_.empty() && (taken_ > 0 || (senders_ > 0 && !closed_))) return locked.unlock();
    pass_on(slots, locked);
  }
  /// The waker of the receiver, which has to look: an item has come. To be fired without the lock.
  [[nodiscard]] Waker tell_receiver() noexcept { return receivers_.take_one(); }

  /// For Closed: will the receiver take nothing that is sent from now on?
  bool is_closed() const noexcept { return closed_; }
  WaitQueue& waits_for_close() noexcept { return closing_; }

  std::size_t max_capacity() const noexcept { return max_; }
  std::size_t capacity() const;

  // ---- the receiver's side -----------------------------------------------------------------
  /// No more new claims. What has a slot may still come. Lets go of the lock.
  void close(Locked& locked);
  /// Nothing can come any more, not even what has a slot.
  void receiver_goes() noexcept { receiver_gone_ = true; }
  bool is_receiver_gone() const noexcept { return receiver_gone_; }
  bool has_ended() noexcept;

  /// A poll that has found nothing. True: pending, and the lock is let go of. Else look again.
  [[nodiscard]] bool wait_for_item(Context& cx, Locked& locked) {
    cx.waits_for("an item in a channel");
    return receivers_.wait(receiver_, cx, locked);
  }
  [[nodiscard]] Waker forget_receiver() noexcept { return receivers_.forget(receiver_); }

 private:
  std::size_t free_slots() const noexcept { return max_ - taken_; }
  Answer claim_or_wait(Claim& claim, Context& cx, Locked& locked);
  /// These slots are free now, and a sender waits for them, or the receiver for the end.
  void pass_on(std::size_t slots, Locked& locked);
  /// Free slots to those who wait. True when the batch is full, and there may be more to tell.
  bool hand_out(WakerBatch& batch) noexcept;

  const std::size_t max_;
  std::size_t taken_ = 0;
  std::size_t senders_ = 1;
  bool closed_ = false;         // the receiver wants no more, or is gone, or the stream has ended
  bool receiver_gone_ = false;  // then it is closed, too
  WaitQueue claims_;
  WaitQueue closing_;
  WaitQueue receivers_;  // of one: the receiver can be moved, its place in here cannot
  Waiter receiver_;
};

}  // namespace book::detail
