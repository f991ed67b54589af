// PoolCore, Worker and Idle (15): two or three workers over the book's reactor, of which only the
// Poller is the explorer's. Too many schedules to try all: they are drawn by lot.
#include "15_threads/pool_core.h"

#include <atomic>
#include <optional>
#include <utility>

#include "common/future.h"
#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Shared {
  explicit Shared(unsigned workers, Duration patience = Duration::zero())
      : core(make_arc<PoolCore>(
            ThreadPoolOptions{.workers = workers, .hand_over_after = patience})) {}
  Arc<PoolCore> core;
  std::optional<Reactor::OutsideWork> outside{core->reactor()};  // or it speaks of its silence
  std::atomic<int> news{0};
  int payload = 0;
  int polled = 0;  // plain: two polls at once are a data race
  Waker waker;
  Waker freed_by;
  Parker parker;
  Parker second;
  Parker third;
  Parker fourth;
  std::atomic<int> done{0};
  Timer timers[2];
};

/// A future that is a function.
template <class Function>
struct Does {
  using Output = void;
  Function function;
  Poll<void> poll(Context& cx) { return function(cx) ? Poll<void>::ready() : Poll<void>(pending); }
};

template <class Function>
void spawn(Shared& s, Function function) {
  s.core->adopt(
      new FutureTask<Does<Function>>(Place{"task", 1}, Does<Function>{std::move(function)}));
}

void run_workers(Explore& e, Shared& s) {
  for (unsigned i = 1; i < s.core->worker_count(); ++i) {
    e.thread(i == 1 ? "worker 1" : "worker 2", [keep = s.core, i]() mutable {
      keep->run_thread(i);
      keep = nullptr;
    });
  }
  e.thread("worker 0", [&s] {
    {
      Worker::Running running(s.core->worker(0));
      s.core->worker(0).run_until(nullptr);
    }
    s.outside.reset();
    s.core->shutdown(std::nullopt);
    s.core = nullptr;
  });
}

/// Ready when it sees the news. Its first poll gives its waker away.
void spawn_waiting(Shared& s, int expected) {
  spawn(s, [&s, expected](Context& cx) {
    ++s.polled;
    cx.waits_for("news");
    if (s.polled == 1) {
      s.waker = cx.waker();
      s.parker.unpark();
      return false;
    }
    if (s.news.load(std::memory_order_relaxed) < expected) return false;
    check(s.payload == 7, "the payload is not there");
    return true;
  });
}

/// The same, and it wakes itself in that poll: the other wake may find it in a queue.
void a_wake_of_a_task_that_yields(Explore& e) {
  auto& s = e.make<Shared>(2u);
  spawn(s, [&s](Context& cx) {
    ++s.polled;
    cx.waits_for("news");
    if (s.polled == 1) {
      s.waker = cx.waker();
      cx.waker().wake_by_ref();
      s.parker.unpark();
      return false;
    }
    if (s.news.load(std::memory_order_acquire) == 0) return false;
    check(s.payload == 7, "the payload is not there");
    return true;
  });
  run_workers(e, s);
  e.thread("waker", [&s] {
    s.parker.park();
    s.payload = 7;
    s.news.store(1, std::memory_order_release);  // its own poll may come before the wake
    std::move(s.waker).wake();
  });
}

/// The wake comes in the first poll, after it, or when all workers sleep.
void a_wake(Explore& e, int wakes) {
  auto& s = e.make<Shared>(2u);
  spawn_waiting(s, wakes);
  run_workers(e, s);
  e.thread("waker", [&s, wakes] {
    s.parker.park();
    s.payload = 7;
    for (int i = 1; i < wakes; ++i) {
      s.news.store(i, std::memory_order_relaxed);
      s.waker.wake_by_ref();
    }
    s.news.store(wakes, std::memory_order_relaxed);
    std::move(s.waker).wake();
  });
}

/// A task queues others and blocks its worker until they have ended. The first of them waits, too.
void busy(Explore& e, unsigned workers) {
  auto& s = e.make<Shared>(workers);
  spawn(s, [&s, workers](Context&) {
    for (unsigned i = 1; i < workers; ++i) {
      spawn(s, [&s, i, workers](Context&) {
        if (i == 2) s.second.unpark();
        if (i == 1 && workers == 3) s.second.park();
        if (s.done.fetch_add(1) + 2 == static_cast<int>(workers)) s.parker.unpark();
        return true;
      });
    }
    s.parker.park();
    return true;
  });
  run_workers(e, s);
}

/// A task queues two others, which must run at the same time, and blocks its worker until they
/// have. No sleeper looks after it: the worker that was woken for the first has to wake one for the
/// second.
void a_chain_of_wakes(Explore& e) {
  auto& s = e.make<Shared>(3u, std::chrono::hours(1));
  spawn(s, [&s](Context&) {
    spawn(s, [&s](Context&) {
      s.second.unpark();
      s.third.park();
      s.parker.unpark();
      return true;
    });
    spawn(s, [&s](Context&) {
      s.third.unpark();
      s.second.park();
      s.fourth.unpark();
      return true;
    });
    spawn(s, [](Context&) { return true; });  // it takes the slot
    s.parker.park();
    s.fourth.park();
    return true;
  });
  run_workers(e, s);
}

/// All sleep. Then a task is woken, spawns another, and blocks its worker until that one has ended:
/// it lies in that worker's slot, and its spawn has woken nobody.
void stuck_with_a_full_slot(Explore& e) {
  auto& s = e.make<Shared>(2u);
  spawn(s, [&s](Context& cx) {
    if (s.polled++ == 0) {
      s.waker = cx.waker();
      s.parker.unpark();
      return false;
    }
    spawn(s, [&s](Context&) {
      s.second.unpark();
      return true;
    });
    s.second.park();
    return true;
  });
  run_workers(e, s);
  e.thread("waker", [&s] {
    s.parker.park();
    std::move(s.waker).wake();
  });
}

/// The same with three workers, and the next task that is woken blocks its worker, too: that may be
/// the one that watched the slot.
void stuck_like_the_one_that_watched(Explore& e) {
  auto& s = e.make<Shared>(3u);
  const auto first_poll = [&s](Waker& to, Context& cx) {
    to = cx.waker();
    if (s.done.fetch_add(1) == 1) s.parker.unpark();
    return false;
  };
  spawn(s, [&s, first_poll](Context& cx) {
    if (s.polled++ == 0) return first_poll(s.waker, cx);
    spawn(s, [&s](Context&) {
      s.second.unpark();
      s.third.unpark();
      return true;
    });
    s.fourth.unpark();
    s.second.park();
    return true;
  });
  spawn(s, [&s, first_poll](Context& cx) {
    if (!s.freed_by) return first_poll(s.freed_by, cx);
    s.third.park();
    return true;
  });
  run_workers(e, s);
  e.thread("waker", [&s] {
    s.parker.park();
    std::move(s.waker).wake();
    s.fourth.park();
    s.freed_by.wake_by_ref();
  });
}

/// News comes from outside. The worker that was in the reactor for it polls, and does not return
/// before the reactor's next turn: only another worker can make that.
void stuck(Explore& e) {
  auto& s = e.make<Shared>(2u);
  const auto arm_now = [&s](int which, const Waker& waker) {
    s.core->reactor().arm(s.timers[which], Instant::min(), waker);
  };
  const auto is_stuck = [&s, arm_now](Context& cx) {
    if (s.done.fetch_add(1) == 0) {
      s.waker = cx.waker();
      s.parker.unpark();
      return false;
    }
    arm_now(1, s.freed_by);
    s.second.park();
    return true;
  };
  spawn(s, [&s, is_stuck](Context& cx) {
    if (s.polled++ == 0) {
      s.freed_by = cx.waker();
      spawn(s, is_stuck);
      return false;
    }
    s.second.unpark();
    return true;
  });
  run_workers(e, s);
  e.thread("outside", [&s, arm_now] {
    s.parker.park();
    arm_now(0, s.waker);
    s.waker = Waker();
  });
}

/// A wake comes while the pool ends: into a queue that is read once more, or into a closed one.
void wake_at_the_end(Explore& e, unsigned workers) {
  auto& s = e.make<Shared>(workers);
  spawn(s, [&s](Context& cx) {
    cx.waits_for("news");
    s.waker = cx.waker();
    return false;
  });
  {
    Worker& worker = s.core->worker(0);
    Worker::Running running(worker);
    auto has_polled = [&s](Context& cx) {
      if (!s.waker) cx.waker().wake_by_ref();
      return bool(s.waker);
    };
    using Root = Does<decltype(has_polled)>;
    auto* root = new FutureTask<Root>(Place{"root", 1}, Root{has_polled});
    root->retain();
    worker.adopt(root);
    worker.run_until(root);
    root->release();
  }
  for (unsigned i = 1; i < workers; ++i) {
    e.thread("worker 1", [keep = s.core, i]() mutable {
      keep->run_thread(i);
      keep = nullptr;
    });
  }
  e.thread("worker 0", [&s] {
    s.outside.reset();
    s.core->shutdown(std::nullopt);
    s.core = nullptr;
  });
  e.thread("waker", [&s] { std::move(s.waker).wake(); });
}

/// A task is in a worker's queue, or is polled and wakes itself, while the pool ends.
void ends_while_a_task_yields(Explore& e) {
  auto& s = e.make<Shared>(2u);
  spawn(s, [&s](Context& cx) {
    if (++s.polled <= 3) cx.waker().wake_by_ref();
    return false;
  });
  e.thread("worker 1", [keep = s.core]() mutable {
    keep->run_thread(1);
    keep = nullptr;
  });
  e.thread("worker 0", [&s] {
    s.outside.reset();
    s.core->shutdown(std::nullopt);
    s.core = nullptr;
  });
}

const Subject kSubject("pool", [](Trial& trial) {
  const Options by_lot{.preemptions = 3, .max_steps = 6000, .by_lot = 1'500};
  trial.explore("a wake", by_lot, [](Explore& e) { a_wake(e, 1); });
  trial.explore("two wakes", by_lot, [](Explore& e) { a_wake(e, 2); });
  trial.explore("a wake of a task that yields", by_lot, a_wake_of_a_task_that_yields);
  trial.explore("a busy worker and one that steals", by_lot, [](Explore& e) { busy(e, 2); });
  trial.explore("a busy worker and two that steal", by_lot, [](Explore& e) { busy(e, 3); });
  Options no_limits = by_lot;
  no_limits.limits_end = false;
  trial.explore("a chain of wakes", no_limits, a_chain_of_wakes);
  const Options more{.preemptions = 3, .max_steps = 6000, .by_lot = 12'000};
  trial.explore("a worker that is stuck", more, stuck);
  trial.explore("a worker that is stuck, with a full slot", by_lot, stuck_with_a_full_slot);
  trial.explore("a full slot, and two workers that are stuck", by_lot,
                stuck_like_the_one_that_watched);
  trial.explore("a wake while a pool of one ends", {}, [](Explore& e) { wake_at_the_end(e, 1); });
  trial.explore("a pool ends while a task yields", by_lot, ends_while_a_task_yields);
  trial.explore("a wake while a pool of two ends", by_lot,
                [](Explore& e) { wake_at_the_end(e, 2); });
});

}  // namespace
}  // namespace book::explorer
