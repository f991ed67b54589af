// Semaphore (12), and with it Mutex and RwLock, which have no other algorithm: tasks that take
// turns, that are dropped while a permit is on its way to them, and that are refused.
#include "12_sync/semaphore.h"

#include <optional>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

struct Shared {
  explicit Shared(std::size_t permits) : semaphore(permits) {}

  /// Waits for the future of this task until it has its permits.
  Permit get(int who) {
    return wait_for(task[who], [&](Context& cx) { return waiting[who]->poll(cx); }).value();
  }
  /// The future of this task has been polled once, and waits, when the threads begin.
  void queue(int who, std::size_t permits) {
    waiting[who].emplace(semaphore.acquire(permits));
    const Waker waker = waker_of(task[who]);
    Context cx(waker);
    check(waiting[who]->poll(cx).is_pending(), "there are permits where there are none");
  }

  Semaphore semaphore;
  Parker task[3];
  std::optional<Acquire> waiting[3];  // these go before the semaphore, and what they wait for,
  std::optional<Permit> held;
  std::optional<Permit> kept[2];
  int used = 0;  // plain: two at a time are a data race
};

void all_are_back(Explore& e, Shared& s, std::size_t permits) {
  e.finally([&s, permits] {
    for (auto& waiting : s.waiting) waiting.reset();
    s.held.reset();
    for (auto& kept : s.kept) kept.reset();
    check(s.semaphore.available() == permits, "a permit is lost, or made of nothing");
  });
}

void take_turns(Explore& e) {
  auto& s = e.make<Shared>(1u);
  for (int who : {0, 1}) {
    e.thread(who ? "second" : "first", [&s, who] {
      s.waiting[who].emplace(s.semaphore.acquire());
      const Permit permit = s.get(who);
      ++s.used;
    });
  }
  e.finally([&s] { check(s.used == 2, "one of them has never had its turn"); });
}

/// The permit comes back while the first of two that wait is dropped: perhaps it has just been
/// handed over.
void dropped_on_its_way(Explore& e) {
  auto& s = e.make<Shared>(1u);
  s.held.emplace(std::move(*s.semaphore.try_acquire()));
  s.queue(0, 1);
  s.queue(1, 1);
  e.thread("gives back", [&s] { s.held.reset(); });
  e.thread("gives up", [&s] { s.waiting[0].reset(); });
  e.thread("waits", [&s] { const Permit permit = s.get(1); });
  all_are_back(e, s, 1);
}

/// One that waits for more than there are is dropped, or gets them: either way the small one behind
/// it has its turn.
void large_one_gives_up(Explore& e) {
  auto& s = e.make<Shared>(2u);
  s.held.emplace(std::move(*s.semaphore.try_acquire()));
  s.queue(0, 2);
  s.queue(1, 1);
  e.thread("gives up", [&s] { s.waiting[0].reset(); });
  e.thread("waits", [&s] { const Permit permit = s.get(1); });
  all_are_back(e, s, 2);
}

/// One waits for two, and keeps them. Nobody gets one before, however the permits come back.
void nobody_passes(Explore& e) {
  auto& s = e.make<Shared>(2u);
  s.held.emplace(std::move(*s.semaphore.try_acquire()));
  s.queue(0, 2);
  e.thread("gives back", [&s] { s.held.reset(); });
  e.thread("waits", [&s] { s.kept[0].emplace(s.get(0)); });
  e.thread("comes late", [&s] {
    check(!s.semaphore.try_acquire(), "it has passed the one that waits for longer");
  });
  all_are_back(e, s, 2);
}

/// Closed while one waits or comes, and while the permit comes back.
void closed(Explore& e, bool queued) {
  auto& s = e.make<Shared>(1u);
  s.held.emplace(std::move(*s.semaphore.try_acquire()));
  if (queued) s.queue(0, 1);
  e.thread("waits", [&s, queued] {
    if (!queued) s.waiting[0].emplace(s.semaphore.acquire());
    try {
      const Permit permit = s.get(0);
    } catch (const SemaphoreClosed&) {
      check(s.semaphore.is_closed(), "refused, and not closed");
    }
  });
  e.thread("closes", [&s] { s.semaphore.close(); });
  if (queued) e.thread("gives back", [&s] { s.held.reset(); });
  all_are_back(e, s, 1);
}

const Subject kSubject("semaphore", [](Trial& trial) {
  trial.explore("two tasks take turns", {}, take_turns);
  trial.explore("nobody passes the one who waits", {.late_stores = 0}, nobody_passes);
  trial.explore("a waiter is dropped while the permit is on its way", {.late_stores = 0},
                dropped_on_its_way);
  trial.explore("one that waits for many is dropped", {}, large_one_gives_up);
  trial.explore("closed while one comes", {}, [](Explore& e) { closed(e, false); });
  trial.explore("closed while one waits and the permit comes back", {.late_stores = 0},
                [](Explore& e) { closed(e, true); });
});

}  // namespace
}  // namespace book::explorer
