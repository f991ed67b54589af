#include "12_sync/permit_core.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "common/reactor/wake_round.h"
#include "common/wake_or_report.h"

namespace book::detail {

PermitCore::Answer PermitCore::poll_or_wait(Claim& claim, Context& cx, const LockWords& words) {
  Locked locked(lock_, std::adopt_lock);
  do {
    if (closed_ && (claim.needs == 0 || !claim.was_taken())) {
      Waker dropped = queue_.forget(claim);
      claim.reset();  // from here on its future has no more to do with the lock
      locked.unlock();
      return Answer::closed;
    }
    if (claim.was_taken()) {
      claim.reset();
      was_polled(claim);
      return Answer::ready;
    }
    say_why(claim, cx, words);
  } while (!queue_.wait(claim, cx, locked));
  return Answer::pending;
}

void PermitCore::say_why(const Claim& claim, Context& cx, const LockWords& words) const noexcept {
  if (out_ == 0) return cx.waits_for(words.waits);
  const char* why = handed_ ? words.handed : claim.needs <= free_ ? words.behind : words.held;
  cx.waits_for(why, line_.number());
}

void PermitCore::leave_queue(Claim& claim) noexcept {
  Waker dropped;
  lock_.lock();
  if (claim.was_taken()) {
    free_ += claim.needs;
    out_ -= claim.needs;
    was_polled(claim);
  }
  dropped = queue_.forget(claim);
  claim.reset();
  // It may have been the first in the queue, and have waited for more than there was.
  hand_over_or_report();
}

Waker PermitCore::hand_to_first() noexcept {
  Claim& first = queue_.front<Claim>();
  take(first.needs, first.line);
  handed_ = true;
  return queue_.take(first);
}

Waker PermitCore::tell_first() noexcept {
  Claim& first = queue_.front<Claim>();
  first.needs = 0;  // it was taken, and was given none
  return queue_.take_and_keep(first);
}

void PermitCore::hand_over_or_report() noexcept {
  wake_or_report([&] { hand_over(); });
}

void PermitCore::hand_over() {
  Locked locked(lock_, std::adopt_lock);
  if (!first_can_have_it()) return;
  Waker first = hand_to_first();
  if (!first_can_have_it()) {  // nearly always: one permit, one task
    locked.unlock();
    return std::move(first).wake();
  }
  WakeRound round;
  WakerBatch batch;
  batch.add(std::move(first));
  for (bool more = true; more;) {
    while (first_can_have_it() && !batch.full()) batch.add(hand_to_first());
    more = first_can_have_it();
    locked.unlock();
    batch.fire(round);
    if (more) locked.lock();
  }
  round.end();
}

bool PermitCore::add(std::size_t permits, std::size_t max) {
  Locked locked(lock_);
  if (permits > max - std::min<std::size_t>(max, std::size_t{free_} + out_)) return false;
  free_ += static_cast<Count>(permits);
  locked.release();
  hand_over();
  return true;
}

PermitCore::Count PermitCore::take_away(std::size_t permits) noexcept {
  const Locked locked(lock_);
  const auto taken = static_cast<Count>(std::min<std::size_t>(permits, free_));
  free_ -= taken;
  return taken;
}

void PermitCore::never_back(Count permits) noexcept {
  const Locked locked(lock_);
  out_ -= permits;
}

PermitCore::Count PermitCore::free() const noexcept {
  const Locked locked(lock_);
  return free_;
}

bool PermitCore::is_closed() const noexcept {
  const Locked locked(lock_);
  return closed_;
}

void PermitCore::close() {
  Locked locked(lock_);
  closed_ = true;  // from here on the queue gets shorter
  WakeRound round;
  for (bool more = true; more;) {
    WakerBatch batch;
    while (first_waits() && !batch.full()) batch.add(tell_first());
    more = first_waits();
    locked.unlock();
    batch.fire(round);
    if (more) locked.lock();
  }
  round.end();
}

void PermitCore::check_unused(const LockWords& words) noexcept {
  const Locked locked(lock_);  // the unlock of another thread may have just made it free
  check_no_waiter(words.lock, queue_);
  if (out_ > 0) {
    destroyed_in_use(words.lock,
                     handed_ ? "it was handed to a future, made in line" : "it was taken in line",
                     line_);
  }
}

}  // namespace book::detail
