#include "07_join/woken_set.h"

#include <algorithm>
#include <limits>

#include "common/trace.h"
#include "common/wake_or_report.h"

namespace book::detail {
namespace {

/// As the number of a WaitReason.
int count_of(std::size_t children) noexcept {
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(children, kMost));
}

}  // namespace

const WakerVTable WokenSet::kWakerVTable{
    .clone =
        [](void* data) {
          trace::waker_clone(data);
          child_of(data).set_->retain();
        },
    .wake =
        [](void* data) {
          trace::wake_by_value(data);
          const GiveUpOwner owner{child_of(data).set_};  // also when the parent's waker throws
          owner.set->wake(child_of(data));
        },
    .wake_by_ref =
        [](void* data) {
          trace::wake(data);
          child_of(data).set_->wake(child_of(data));
        },
    .drop =
        [](void* data) {
          trace::waker_drop(data);
          child_of(data).set_->drop_waker();
        },
};

void WokenSet::wake(Child& child) {
  if (child.queued_.exchange(true, std::memory_order_acq_rel)) return;
  Child* top = woken_.load(std::memory_order_relaxed);
  do {
    child.next_ = top;
  } while (!woken_.compare_exchange_weak(top, &child, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  // The parent may be gone as soon as it sees the child; but the thread that wakes holds an owner.
  if (!top) parent_.wake();
}

bool WokenSet::enqueue(Child& child) noexcept {
  if (child.queued_.exchange(true, std::memory_order_acq_rel)) return false;
  const bool was_empty = !batch_;
  child.next_ = nullptr;
  append(&child, &child);
  return was_empty;
}

void WokenSet::append(Child* first, Child* last) noexcept {
  (batch_ ? batch_end_->next_ : batch_) = first;
  batch_end_ = last;
}

void WokenSet::start_poll() noexcept {
  if (!woken_.load(std::memory_order_relaxed)) return;
  Child* child = woken_.exchange(nullptr, std::memory_order_acq_rel);
  // Last in, first out: turned round, the batch is in the order of the wakes.
  Child* const last = child;
  Child* first = nullptr;
  while (child) first = std::exchange(child, std::exchange(child->next_, first));
  append(first, last);
}

WokenSet::Child* WokenSet::next() noexcept {
  Child* child = batch_;
  if (!child) return nullptr;
  batch_ = child->next_;
  child->queued_.exchange(false, std::memory_order_acq_rel);
  return child;
}

void WokenSet::wait_for_more(Context& cx, const char* why, std::size_t left) {
  cx.waits_for(why, count_of(left));
  if (woken_.load(std::memory_order_acquire)) return cx.waker().wake_by_ref();
  parent_.store(cx.waker());
  if (woken_.load(std::memory_order_acquire)) parent_.wake();
}

void WokenSet::wait(Context& cx, const char* why, std::size_t left) {
  if (owners_.load(std::memory_order_acquire) > 1 || woken_.load(std::memory_order_acquire)) {
    return wait_for_more(cx, why, left);
  }
  parent_.forget(cx.waker());
  if (!reason_.what) return cx.waits_for(why, count_of(left));  // it has finished, or does not say
  cx.waits_for(reason_.what, reason_.number);
}

// The thread that drops the last waker of all lets the parent look once more: see wait(). Two
// threads that drop the last two at once may each take the other's for one that stays; then the
// parent does not look, and a wait in vain is found out when everything else has gone silent.
void WokenSet::drop_waker() noexcept {
  if (owners_.load(std::memory_order_acquire) == 2) wake_or_report(parent_.take());
  release();
}

}  // namespace book::detail
