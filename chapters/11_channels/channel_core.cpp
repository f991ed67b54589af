#include "11_channels/channel_core.h"

#include <algorithm>
#include <utility>

#include "common/reactor/wake_round.h"
#include "common/wake_or_report.h"

namespace book::detail {

void ChannelCore::add_sender() noexcept {
  const Locked locked(lock);
  ++senders_;
}

bool ChannelCore::add_sender_to_others() noexcept {
  const Locked locked(lock);
  if (senders_ == 0) return false;
  ++senders_;
  return true;
}

void ChannelCore::remove_sender() noexcept {
  Waker receiver;
  {
    const Locked locked(lock);
    --senders_;
    if (has_ended()) receiver = tell_receiver();
  }
  wake_or_report(std::move(receiver));
}

bool ChannelCore::has_ended() noexcept {
  if (taken_ > 0 || !(closed_ || senders_ == 0)) return false;
  closed_ = true;  // an end is forever
  return true;
}

std::size_t ChannelCore::capacity() const {
  const Locked locked(lock);
  return max_ == kUnbounded ? kUnbounded : free_slots();
}

ChannelCore::Answer ChannelCore::claim_or_wait(Claim& claim, Context& cx, Locked& locked) {
  do {
    if (receiver_gone_) return Answer::closed;
    if (claim.got < claim.needs) {
      if (closed_) return Answer::closed;
      if (!claim.is_waiting() && claims_.empty()) {
        const std::size_t now = std::min(claim.needs - claim.got, free_slots());
        claim.got += now;
        taken_ += now;
      }
    }
    if (claim.got == claim.needs) {
      claim.reset();
      return Answer::ready;
    }
    cx.waits_for("room in a channel");
  } while (!claims_.wait(claim, cx, locked));
  return Answer::pending;
}

void ChannelCore::leave(Claim& claim) {
  Waker dropped;
  Locked locked(lock);
  dropped = claims_.forget(claim);
  claim.reset();
  // It may have been the first in the queue, and have waited for more than there was.
  give_back(std::exchange(claim.got, 0), locked);
}

void ChannelCore::pass_on(std::size_t slots, Locked& locked) {
  if (claims_.empty()) {
    Waker receiver = has_ended() ? tell_receiver() : Waker();
    locked.unlock();
    return std::move(receiver).wake();
  }
  if (slots == 1) {  // one slot, one sender: no need for a batch
    Claim& first = claims_.front<Claim>();
    ++taken_;
    Waker sender = ++first.got == first.needs ? claims_.take(first) : Waker();
    locked.unlock();
    return std::move(sender).wake();
  }
  WakeRound round;
  for (bool more = true; more;) {
    WakerBatch batch;
    more = hand_out(batch);
    locked.unlock();
    batch.fire(round);
    if (more) locked.lock();
  }
  round.end();
}

bool ChannelCore::hand_out(WakerBatch& batch) noexcept {
  while (!claims_.empty() && free_slots() > 0) {
    if (batch.full()) return true;
    Claim& first = claims_.front<Claim>();
    const std::size_t now = std::min(first.needs - first.got, free_slots());
    first.got += now;
    taken_ += now;
    if (first.got == first.needs) batch.add(claims_.take(first));
  }
  return false;
}

void ChannelCore::close(Locked& locked) {
  closed_ = true;
  // The first in the queue may have some of the slots it wants. It will not get the others.
  if (!claims_.empty()) taken_ -= std::exchange(claims_.front<Claim>().got, 0);
  Waker receiver = has_ended() ? tell_receiver() : Waker();
  WakeRound round;
  claims_.wake_all(locked, round);
  locked.lock();
  closing_.wake_all(locked, round);
  round.fire(std::move(receiver));
  round.end();
}

}  // namespace book::detail
