#include "15_threads/idle.h"

#include <algorithm>
#include <chrono>

namespace book {
namespace {
/// What is longer would overflow when it is added to the time.
constexpr Duration kLongestPatience = std::chrono::hours(24);
}  // namespace

Idle::Idle(unsigned workers, Reactor& reactor, Duration patience)
    : workers_(workers),
      patience_(std::min(patience, kLongestPatience)),
      reactor_(reactor),
      entries_(std::make_unique<Entry[]>(workers)) {}

void Idle::enter(unsigned worker) noexcept {
  const std::lock_guard lock(mutex_);
  entries_[worker].state.store(State::awake);
  ++present_;
}

void Idle::leave(unsigned worker) noexcept {
  const std::lock_guard lock(mutex_);
  entries_[worker].state.store(State::absent);
  --present_;
}

bool Idle::begin_search() noexcept {
  std::uint32_t word = word_.load();
  do {
    if (2 * searching(word) >= workers_) return false;
  } while (!word_.compare_exchange_weak(word, word + 1));
  return true;
}

void Idle::wake_one_of_them() noexcept {
  const std::lock_guard lock(mutex_);
  if (searching(word_.load()) != 0) return;
  // Those who sleep for nothing in particular come first, the one in the reactor last.
  int chosen = -1;
  for (unsigned i = 0; i < workers_; ++i) {
    if (entries_[i].state.load() != State::asleep) continue;
    if (chosen < 0 || entries_[i].way < entries_[static_cast<unsigned>(chosen)].way) {
      chosen = static_cast<int>(i);
    }
  }
  if (chosen >= 0) rouse(static_cast<unsigned>(chosen));
}

void Idle::wake(unsigned worker) noexcept {
  if (entries_[worker].state.load() != State::asleep) return;
  const std::lock_guard lock(mutex_);
  if (entries_[worker].state.load() == State::asleep) rouse(worker);
}

void Idle::wake_all() noexcept {
  const std::lock_guard lock(mutex_);
  for (unsigned i = 0; i < workers_; ++i) {
    if (entries_[i].state.load() == State::asleep) rouse(i);
  }
}

/// Counts it as awake and searching, and ends its sleep.
void Idle::rouse(unsigned worker) noexcept {
  Entry& entry = entries_[worker];
  entry.state.store(State::awake);
  word_.fetch_add(1 - kOneAsleep);
  if (entry.way == Way::driver) return reactor_.notify();
  if (entry.way == Way::deputy) appoint_deputy();
  entry.parker.unpark();
}

void Idle::set_deputy(Deputy deputy) noexcept {
  deputy_.store(deputy);
  watched_.store(deputy == Deputy::looks || driver_watches_);
}
void Idle::set_driver_watches(bool watches) noexcept {
  driver_watches_ = watches;
  watched_.store(watches || deputy_.load() == Deputy::looks);
}

/// All slept when the last one decided how: the deputy, or the driver, has to decide anew.
void Idle::start_watch() noexcept {
  const std::lock_guard lock(mutex_);
  if (watched_.load()) return;
  if (deputy_.load() == Deputy::forever) {
    set_deputy(Deputy::looks);
    return entries_[deputy_number_].parker.unpark();
  }
  let_driver_watch();
}

void Idle::let_driver_watch() noexcept {
  for (unsigned i = 0; i < workers_; ++i) {
    if (entries_[i].state.load() != State::asleep || entries_[i].way != Way::driver) continue;
    set_driver_watches(true);
    return reactor_.notify();
  }
}

/// The deputy has gone. Its watch goes on: with the next deputy, or else with the driver.
void Idle::appoint_deputy() noexcept {
  const bool watched = watched_.load();
  set_deputy(Deputy::none);
  for (unsigned i = 0; i < workers_; ++i) {
    Entry& entry = entries_[i];
    if (entry.state.load() != State::asleep || entry.way == Way::driver) continue;
    entry.way = Way::deputy;
    deputy_number_ = i;
    set_deputy(Deputy::looks);
    return entry.parker.unpark();
  }
  if (watched && !watched_.load() && !all_sleep()) let_driver_watch();
}

void Idle::become_driver(unsigned worker, bool watches) noexcept {
  entries_[worker].way = Way::driver;
  driver_number_ = worker;
  set_driver_watches(watches);
}

bool Idle::rise(unsigned worker) noexcept {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[worker];
  // Unless another one has become the driver since this one left the reactor.
  if (entry.way == Way::driver && driver_number_ == worker) set_driver_watches(false);
  if (entry.state.load() == State::awake) return true;
  entry.state.store(State::awake);
  word_.fetch_sub(kOneAsleep);
  if (entry.way == Way::deputy) appoint_deputy();
  return false;
}

bool Idle::park(unsigned worker, bool is_searching, Sleeper& sleeper) {
  Entry& entry = entries_[worker];
  bool last;
  Way way;
  {
    const std::lock_guard lock(mutex_);
    way = entry.way = take_reactor()                   ? Way::driver
                      : deputy_.load() == Deputy::none ? Way::deputy
                                                       : Way::plain;
    if (way == Way::deputy) {
      set_deputy(Deputy::looks);
      deputy_number_ = worker;
    }
    entry.state.store(State::asleep);
    const std::uint32_t before = word_.fetch_add(kOneAsleep - (is_searching ? 1 : 0));
    last = asleep(before) + 1 == present_;
    if (way == Way::driver) become_driver(worker, !last);
  }
  if (!sleeper.has_work()) {
    if (last && reactor_.waiting().nothing()) {
      // Silence is judged by a worker that is about to drive: no other is inside of the reactor
      // then, with wakes in its hands.
      if (way == Way::driver) {
        sleeper.all_asleep();
      } else {
        reactor_.notify();
      }
    }
    if (way == Way::driver) {
      drive(worker, sleeper);
    } else {
      sleep_plain(worker, sleeper);
    }
    return rise(worker);
  }
  if (way == Way::driver) leave_reactor();
  // However many search: it has seen something, and would only come back for another second look.
  if (!rise(worker)) word_.fetch_add(1);
  return true;
}

/// Until it is woken, or has driven.
void Idle::sleep_plain(unsigned worker, Sleeper& sleeper) {
  Entry& entry = entries_[worker];
  bool looked = false;
  std::uint32_t turns = 0;
  for (;;) {
    bool until_told;
    {
      const std::lock_guard lock(mutex_);
      if (entry.state.load() == State::awake) return;
      if (entry.way == Way::plain) {
        until_told = true;
      } else {
        // Nothing has moved since the last look: sleep until a driver leaves, or a slot is filled.
        // Then look once more.
        until_told = looked && turns_.load() == turns && driven_.load() && all_sleep();
        if (until_told) {
          set_deputy(Deputy::forever);
          if (turns_.load() != turns || !driven_.load()) {
            set_deputy(Deputy::looks);
            until_told = false;
          }
        }
        looked = true;
        turns = turns_.load();
      }
    }
    if (until_told) {
      entry.parker.park();
      looked = false;
      continue;
    }
    if (entry.parker.park_for(patience_)) continue;
    if (sleeper.has_work() || sleeper.sees_stuck_task()) return;
    if (!take_reactor()) continue;
    {
      const std::lock_guard lock(mutex_);
      if (entry.state.load() == State::asleep) {
        become_driver(worker, !all_sleep());
        appoint_deputy();
      }
    }
    return drive(worker, sleeper);
  }
}

/// With the reactor taken.
void Idle::drive(unsigned worker, Sleeper& sleeper) {
  bool watches;
  {
    const std::lock_guard lock(mutex_);
    watches = driver_watches_;
  }
  if (entries_[worker].state.load() == State::asleep) {
    sleeper.drive(watches ? std::optional(patience_) : std::nullopt);
  }
  leave_reactor();
}

void Idle::leave_reactor() noexcept {
  driven_.store(false);
  turns_.fetch_add(1);
  if (workers_ == 1 || asleep(word_.load()) == 0) return;
  if (deputy_.load() == Deputy::looks) return;
  const std::lock_guard lock(mutex_);
  if (deputy_.load() != Deputy::forever) {
    if (deputy_.load() == Deputy::none) appoint_deputy();
    return;
  }
  set_deputy(Deputy::looks);
  entries_[deputy_number_].parker.unpark();
}

}  // namespace book
