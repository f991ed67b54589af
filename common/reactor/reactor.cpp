#include "common/reactor/reactor.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "common/reactor/reactor_core.h"
#include "common/reactor/wake_round.h"
#include "common/trace.h"

namespace book {
namespace {

constinit thread_local Reactor* current_reactor = nullptr;

constexpr Duration kTick = std::chrono::milliseconds(1);

}  // namespace

Reactor::Reactor(TimeMode mode)
    : core_(make_arc<detail::ReactorCore>()),
      clock_(mode),
      origin_(clock_.now()),
      looked_at_(origin_) {}

Reactor::~Reactor() {
  core_->alive.store(false, std::memory_order_release);
  detail::WakeRound round;
  core_->table.wake_all(round);
  for (bool more = true; more;) {
    Waker dropped;  // after the mutex is free again: a drop may run anything
    std::scoped_lock lock(core_->timers_mutex);
    Timer* timer = core_->timers.pop_any();
    more = timer != nullptr;
    if (!timer) break;
    core_->count_timers();
    dropped = std::move(timer->waker_);
    timer->state_.store(Timer::State::idle, std::memory_order_release);
  }
  round.end_or_report();
}

Reactor& Reactor::current() {
  if (!current_reactor) {
    throw std::logic_error("this thread drives no reactor: timers and sockets need an executor");
  }
  return *current_reactor;
}

Reactor* Reactor::current_or_null() noexcept { return current_reactor; }

Reactor::Scope::Scope(Reactor& reactor) noexcept
    : previous_(std::exchange(current_reactor, &reactor)) {}
Reactor::Scope::~Scope() { current_reactor = previous_; }

Instant Reactor::now() const noexcept { return clock_.now(); }
Instant Reactor::coarse_now() const noexcept {
  if (clock_.mode() == TimeMode::virtual_time) return clock_.now();
  return looked_at_.load(std::memory_order_relaxed);
}
TimeMode Reactor::time_mode() const noexcept { return clock_.mode(); }
void Reactor::notify() noexcept { core_->notify(); }

// --- Timers ---------------------------------------------------------------------------------

Reactor::Tick Reactor::tick_at_or_after(Instant time) const noexcept {
  if (time <= origin_) return 0;
  // The last millisecond that the clock can say is as good as never: no time is rounded up past it.
  const Duration since = std::min(time, Instant::max() - kTick) - origin_;
  return static_cast<Tick>((since + (kTick - Duration(1))) / kTick);
}

Reactor::Tick Reactor::tick_now() const noexcept {
  return static_cast<Tick>((clock_.now() - origin_) / kTick);
}

Instant Reactor::instant_of(Tick tick) const noexcept {
  return origin_ + static_cast<std::int64_t>(tick) * kTick;
}

void Reactor::arm(Timer& timer, Instant deadline, const Waker& waker) {
  const Tick tick = tick_at_or_after(deadline);
  trace::due_at(deadline);
  detail::ReactorCore& core = *core_;
  if (timer.core_ != &core) {
    if (timer.core_) timer.leave_core();  // it was another reactor's
    timer.join_core(core);
  } else if (timer.armed()) {
    std::scoped_lock lock(core.timers_mutex);
    // A task polled once more than it had to be.
    if (timer.armed() && timer.tick_ == tick && timer.waker_.will_wake(waker)) return;
  }
  Waker kept = waker;  // before the lock, and the old one is dropped after it
  bool earlier = false;
  {
    std::scoped_lock lock(core.timers_mutex);
    std::swap(timer.waker_, kept);
    if (timer.armed()) {
      if (timer.tick_ == tick) return;
      core.timers.remove(timer);
    }
    core.timers.insert(timer, tick);
    timer.state_.store(Timer::State::armed, std::memory_order_release);
    core.count_timers();
    earlier = tick < core.waits_until;
  }
  if (earlier) core.poller.interrupt();
}

void Reactor::disarm(Timer& timer) noexcept { timer.disarm(); }

// Firing takes the wakers out of a batch of timers under the lock and fires them without it. Why
// that is safe while another thread disarms or destroys those timers: a waker owns what it wakes,
// and a timer whose state says `fired` is never looked at again from here. The thread that disarms
// takes the same mutex, so it comes either before (the timer is still in the wheel, leaves it, and
// is not fired) or after (it finds `fired` and does nothing; at worst a wake arrives that is not
// needed).
int Reactor::fire_timers(detail::WakeRound& round) {
  std::size_t budget = core_->armed.load(std::memory_order_relaxed);
  if (budget == 0) return 0;
  const Tick now = tick_now();
  {
    std::scoped_lock lock(core_->timers_mutex);
    if (core_->timers.next() > now) return 0;
  }
  int fired = 0;
  std::array<Waker, 64> batch;
  // Timers that are armed meanwhile, with deadlines that have passed, wait for the next turn.
  for (std::size_t count = batch.size(); count == batch.size() && budget > 0; budget -= count) {
    count = 0;
    {
      std::scoped_lock lock(core_->timers_mutex);
      while (count < std::min(batch.size(), budget)) {
        Timer* timer = core_->timers.pop(now);
        if (!timer) break;
        batch[count++] = std::move(timer->waker_);
        timer->state_.store(Timer::State::fired, std::memory_order_release);
      }
      core_->count_timers();
    }
    for (std::size_t i = 0; i < count; ++i) {
      trace::caused_by_timer(batch[i].data(), [&] { round.fire(std::move(batch[i])); });
    }
    fired += static_cast<int>(count);
  }
  return fired;
}

// --- Waiting --------------------------------------------------------------------------------

Reactor::Plan Reactor::plan_wait() {
  std::scoped_lock lock(core_->timers_mutex);
  const Tick next = core_->timers.next();
  const Tick now = next == TimerWheel::kNever ? 0 : tick_now();
  if (next <= now) return {.timeout_ms = 0};
  if (clock_.mode() == TimeMode::virtual_time && next != TimerWheel::kNever) {
    // A look for ready descriptors first, then the jump. That look comes after this question: what
    // an outside thread did before it gave up the last token is seen by it.
    if (core_->outside_work.load(std::memory_order_acquire) == 0)
      return {.timeout_ms = 0, .jump = true};
  } else if (next != TimerWheel::kNever) {
    // From here on a thread that arms an earlier timer interrupts us: it takes the lock after us.
    core_->waits_until = next;
    return {.timeout_ms = static_cast<std::int64_t>(next - now)};
  }
  core_->waits_until = TimerWheel::kNever;
  return {.timeout_ms = -1};
}

Reactor::Turn Reactor::turn(bool may_wait, std::int64_t most_ms) {
  Turn turn;
  detail::WakeRound round;
  detail::Poller::Batch batch;
  const Plan plan = may_wait ? plan_wait() : Plan{.timeout_ms = 0};
  const bool has_limit = most_ms >= 0 && (plan.timeout_ms < 0 || plan.timeout_ms > most_ms);
  const auto [events, interrupted] =
      core_->poller.wait(batch, has_limit ? most_ms : plan.timeout_ms);
  looked_at_.store(clock_.now(), std::memory_order_relaxed);
  for (std::size_t i = 0; i < events; ++i) {
    if (core_->table.deliver(batch[i], round)) ++turn.io;
  }
  if (interrupted) turn.notified = core_->notified.exchange(false, std::memory_order_acq_rel);
  if (may_wait) {
    std::scoped_lock lock(core_->timers_mutex);
    core_->waits_until = 0;
    if (plan.jump && turn.io == 0 && !interrupted && core_->timers.size() > 0) {
      clock_.advance_to(instant_of(core_->timers.advance_to_next()));
    }
  }
  turn.timers = fire_timers(round);
  round.end();
  return turn;
}

Reactor::Turn Reactor::poll_now() { return turn(false); }

Reactor::Turn Reactor::wait() {
  // Some turns bring nothing: a signal, a stale event, timers that only moved to a lower level.
  for (;;) {
    const Turn result = turn(true);
    if (result.io > 0 || result.timers > 0 || result.notified) return result;
  }
}

Reactor::Turn Reactor::wait_for(Duration limit) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  return turn(true, std::max<std::int64_t>(ms, 1));
}

// --- What can end a wait --------------------------------------------------------------------

Reactor::OutsideWork::OutsideWork(Reactor& reactor) noexcept : core_(reactor.core_) {
  core_->outside_work.fetch_add(1, std::memory_order_acq_rel);
}
Reactor::OutsideWork::OutsideWork(const OutsideWork& other) noexcept : core_(other.core_) {
  if (core_) core_->outside_work.fetch_add(1, std::memory_order_acq_rel);
}
Reactor::OutsideWork::OutsideWork(OutsideWork&& other) noexcept = default;
Reactor::OutsideWork::~OutsideWork() {
  if (core_ && core_->outside_work.fetch_sub(1, std::memory_order_acq_rel) == 1) core_->notify();
}

// The outside work is read first: a thread that sees the last of it gone sees what it armed before.
Reactor::Waiting Reactor::waiting() const noexcept {
  const std::size_t outside = core_->outside_work.load(std::memory_order_acquire);
  return {.timers = core_->armed.load(std::memory_order_relaxed),
          .io = core_->table.waiting(),
          .outside = outside};
}

}  // namespace book
