#include "20_web_server/server/watch.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "common/reactor/reactor.h"

namespace book::http {
namespace {

constexpr Duration kNoLimit = Duration::max();
/// For so long who waits again for the same may stay at the old place in the lane.
constexpr Duration kSlack = std::chrono::milliseconds(100);

}  // namespace

// --- One connection -------------------------------------------------------------------------

Watch::Watch(WatchList& list) noexcept : list_(&list) { ++list.count_; }

Watch::Watch(Watch&& other) : list_(other.list_) {
  if (!other.alone()) throw std::logic_error("a Watch was moved while it waited");
  other.list_ = nullptr;
}

Watch::~Watch() {
  if (!list_) return;
  step_out();
  list_->one_less();
}

void Watch::step_out() noexcept {
  unlink();
  prev = next = this;
}

bool Watch::wait(Context& cx, Waits what, bool anew) {
  const Instant now = Reactor::current().coarse_now();
  if (what != waits_for_ || (anew && !list_->put_off(*this, now))) {
    step_out();
    list_->step_in(*this, what, now);
  } else if (late_) {
    return true;
  }
  if (list_->stage_ == WatchList::Stage::all_end) return true;
  if (list_->stage_ == WatchList::Stage::idle_end && what == Waits::idle) return true;
  if (!waker_.will_wake(cx.waker())) waker_ = cx.waker();
  return false;
}

// --- All of them ----------------------------------------------------------------------------

WatchList::WatchList(const Settings& settings) noexcept
    : lanes_{Lane{settings.idle_timeout}, Lane{settings.header_timeout},
             Lane{settings.header_timeout}, Lane{settings.write_timeout}, Lane{kNoLimit}},
      alarm_(this, [](void* list) { static_cast<WatchList*>(list)->ring(); }) {}

void WatchList::step_in(Watch& watch, Waits what, Instant now) {
  Lane& into = lane(what);
  watch.insert_before(into.list);
  watch.waits_for_ = what;
  watch.late_ = false;
  if (into.limit == kNoLimit) return;
  watch.place_ = watch.deadline_ = now + into.limit;
  if (watch.deadline_ < rings_at_ || !alarm_.is_set()) ring_at(watch.deadline_);
}

/// A new deadline at the old place, if it may stay there.
bool WatchList::put_off(Watch& watch, Instant now) noexcept {
  const Duration limit = lane(watch.waits_for_).limit;
  if (watch.alone() || limit == kNoLimit) return false;
  watch.deadline_ = now + limit;
  return watch.deadline_ - watch.place_ <= kSlack;
}

void WatchList::ring_at(Instant time) {
  rings_at_ = time;
  alarm_.set(time);
}

/// Wakes those whose time is up, and arms the timer for the next one.
void WatchList::ring() {
  const Instant now = Reactor::current().now();
  Instant next = Instant::max();
  for (Lane& each : lanes_) {
    if (each.limit == kNoLimit) continue;
    for (detail::TimerLink* at = each.list.next; at != &each.list;) {
      Watch& one = static_cast<Watch&>(*std::exchange(at, at->next));
      if (one.place_ > now) {
        next = std::min(next, one.place_);
        break;
      }
      if (one.deadline_ > now) {
        next = std::min(next, one.deadline_);
        continue;
      }
      one.step_out();
      one.late_ = true;
      one.waker_.wake_by_ref();
    }
  }
  rings_at_ = next;
  if (next != Instant::max()) ring_at(next);
}

void WatchList::wake_all(Lane& lane) {
  for (detail::TimerLink* at = lane.list.next; at != &lane.list; at = at->next)
    static_cast<Watch*>(at)->waker_.wake_by_ref();
}

void WatchList::end_idle() {
  stage_ = std::max(stage_, Stage::idle_end);
  wake_all(lane(Waits::idle));
}

void WatchList::end_all() {
  stage_ = Stage::all_end;
  for (Lane& each : lanes_) wake_all(each);
}

void WatchList::one_less() noexcept {
  if (--count_ == 0) alarm_.off();
  if (count_ < fewer_than_ && waits_for_fewer_) std::exchange(waits_for_fewer_, Waker()).wake();
}

// --- Fewer ----------------------------------------------------------------------------------

WatchList::FewerThan::~FewerThan() {
  if (waits_) list_.waits_for_fewer_ = Waker();
}

Poll<void> WatchList::FewerThan::poll(Context& cx) {
  pin_.enter();
  if (list_.count_ < count_) {
    if (std::exchange(waits_, false)) list_.waits_for_fewer_ = Waker();
    return Poll<void>::ready();
  }
  if (!waits_ && list_.waits_for_fewer_)
    throw std::logic_error("two tasks wait for connections to end");
  list_.fewer_than_ = count_;
  cx.store(list_.waits_for_fewer_, "connections to end");
  waits_ = true;
  return pin_.pending();
}

}  // namespace book::http
