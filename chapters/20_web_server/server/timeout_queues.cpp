#include "20_web_server/server/timeout_queues.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/reactor/reactor.h"

namespace book::http {
namespace {

constexpr Duration kNoLimit = Duration::max();
/// For so long a connection that waits again for the same may keep its old place in the queue.
constexpr Duration kSlack = std::chrono::milliseconds(100);

}  // namespace

// --- One connection -------------------------------------------------------------------------

ConnectionTimeout::~ConnectionTimeout() {
  unlink();
  if (queues_.expired_early_ == this) queues_.expired_early_ = nullptr;
  if (--queues_.count_ == 0) queues_.timer_.disarm();
}

WaitResult ConnectionTimeout::wait(Context& cx, WaitKind kind) {
  const Instant now = Reactor::current().coarse_now();
  const bool restart = std::exchange(restart_, false);
  if (kind != kind_ || (restart && !queues_.extend(*this, now))) {
    unlink();
    queues_.enqueue(*this, kind, now);
  } else if (expired_) {
    return WaitResult::timed_out;
  }
  if (queues_.refuses(kind)) return WaitResult::refused;
  if (!waker_.will_wake(cx.waker())) waker_ = cx.waker();
  return WaitResult::waiting;
}

// --- All of them ----------------------------------------------------------------------------

TimeoutQueues::TimeoutQueues(const Settings& settings, const Shutdown& shutdown) noexcept
    : shutdown_(shutdown),
      queues_{Queue{settings.idle_timeout}, Queue{settings.header_timeout},
              Queue{settings.header_timeout}, Queue{settings.write_timeout}, Queue{kNoLimit}},
      timer_(this, [](void* queues) { static_cast<TimeoutQueues*>(queues)->on_timer(); }) {}

void TimeoutQueues::enqueue(ConnectionTimeout& one, WaitKind kind, Instant now) {
  Queue& into = queue(kind);
  into.list.push_back(one);
  one.kind_ = kind;
  one.expired_ = false;
  if (expired_early_ == &one) expired_early_ = nullptr;
  if (kind == WaitKind::idle && idle_waiter) idle_waiter.wake_by_ref();
  if (into.limit == kNoLimit) return;
  one.place_ = one.deadline_ = now + into.limit;
  if (one.deadline_ < armed_for_ || !timer_.is_armed()) arm(one.deadline_);
}

/// A new deadline at the old place, if it may stay there.
bool TimeoutQueues::extend(ConnectionTimeout& one, Instant now) noexcept {
  const Duration limit = queue(one.kind_).limit;
  if (!one.is_linked() || limit == kNoLimit) return false;
  one.deadline_ = now + limit;
  return one.deadline_ - one.place_ <= kSlack;
}

void TimeoutQueues::arm(Instant time) {
  armed_for_ = time;
  timer_.arm(time);
}

/// Wakes those whose time is up, and arms the timer for the next one.
void TimeoutQueues::on_timer() {
  const Instant now = Reactor::current().now();
  Instant next = Instant::max();
  for (Queue& each : queues_)
    if (each.limit != kNoLimit) next = std::min(next, expire_due(each, now));
  armed_for_ = next;
  if (next != Instant::max()) arm(next);
}

/// The earliest deadline that is left.
Instant TimeoutQueues::expire_due(Queue& queue, Instant now) {
  Instant next = Instant::max();
  LinkedList extended;  // their places are due, and they are not: they stay in front
  while (!queue.list.empty()) {
    ConnectionTimeout& one = queue.list.front<ConnectionTimeout>();
    if (one.place_ > now) {
      next = std::min(next, one.place_);
      break;
    }
    if (one.deadline_ <= now) {
      expire(one);
      continue;
    }
    next = std::min(next, one.deadline_);
    one.unlink();
    extended.push_back(one);
  }
  extended.append(queue.list);
  queue.list.append(extended);
  return next;
}

void TimeoutQueues::expire(ConnectionTimeout& one) {
  one.unlink();
  one.expired_ = true;
  one.waker_.wake_by_ref();
}

void TimeoutQueues::expire_longest_idle() {
  LinkedList& idle = queue(WaitKind::idle).list;
  if (expired_early_ || idle.empty()) return;
  expired_early_ = &idle.front<ConnectionTimeout>();
  expire(*expired_early_);
}

void TimeoutQueues::wake_refused() {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    if (!refuses(static_cast<WaitKind>(i))) continue;
    LinkedList& list = queues_[i].list;
    LinkedList woken;
    while (!list.empty()) {
      ConnectionTimeout& one = list.front<ConnectionTimeout>();
      one.unlink();
      woken.push_back(one);
      one.waker_.wake_by_ref();
    }
    list.append(woken);
  }
}

}  // namespace book::http
