// BlockingCore (14): who comes for a job, who sleeps, who ends. Its threads are the explorer's: one
// that the pool starts was there all the time, parked.
#include "14_blocking/blocking_core.h"

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "10_spawning/join_error.h"
#include "10_spawning/spawn.h"
#include "common/future.h"
#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

constexpr Duration kStays = Duration::max();
constexpr Duration kEndsAtOnce = Duration::zero();
constexpr int kMostThreads = 3;

struct Shared {
  Shared(unsigned threads, Duration keep_alive)
      : core(make_arc<BlockingCore>(
            BlockingPoolOptions{.max_threads = threads, .keep_alive = keep_alive})) {
    core->start_by([this](BlockingCore::Seats::iterator seat) {
      seats[started] = seat;
      if (!in_set_up) parked[started].unpark();
      ++started;
      return std::thread();
    });
  }

  Arc<BlockingCore> core;
  // Written by the thread that starts another, under the pool's mutex.
  std::optional<BlockingCore::Seats::iterator> seats[kMostThreads];
  int started = 0;
  bool in_set_up = true;  // there, nothing can be unparked
  Parker parked[kMostThreads];

  Parker done[3];
  Parker second_runs;
  int counts = 0;  // plain: two at once are a data race
  std::atomic<bool> told{false};
  std::optional<JoinHandle<void>> handle;
};

/// A job that is a function.
template <class Function>
struct Does {
  using Output = void;
  Function function;
  Poll<void> poll(Context&) {
    function();
    return Poll<void>::ready();
  }
};

template <class Function>
JoinHandle<void> give(Shared& s, Function function) {
  return SpawnFn::on(*s.core, Does<Function>{std::move(function)}, Place{"job", 1});
}

/// The pool's threads, and `body`, after which the pool ends.
template <class Body>
void with_a_pool(Explore& e, Shared& s, int threads, Body body) {
  static constexpr const char* kNames[kMostThreads] = {"thread 1", "thread 2", "thread 3"};
  s.in_set_up = false;
  for (int i = 0; i < threads; ++i) {
    const bool runs = i < s.started;
    e.thread(kNames[i], [&s, i, runs] {
      if (!runs) s.parked[i].park();
      if (s.seats[i]) s.core->work(*s.seats[i]);
    });
  }
  e.thread("owner", [&s, threads, body] {
    body();
    check(s.core->shutdown(std::nullopt) == 0, "a job was left");
    for (int i = 0; i < threads; ++i) s.parked[i].unpark();  // those that were never started
  });
}

/// The first job waits for the second: each must have a thread, though the pool has an idle one.
void a_thread_each(Explore& e, bool warm) {
  auto& s = e.make<Shared>(2u, kStays);
  with_a_pool(e, s, 2, [&s, warm] {
    if (warm) {
      give(s, [&s] { s.done[2].unpark(); });
      s.done[2].park();
    }
    give(s, [&s] {
      s.second_runs.park();
      s.done[0].unpark();
    });
    give(s, [&s] {
      s.second_runs.unpark();
      s.done[1].unpark();
    });
    s.done[0].park();
    s.done[1].park();
  });
}

/// One thread, which may just be going to sleep, or to end, when the next job comes.
void one_after_the_other(Explore& e, Duration keep_alive, unsigned max_threads) {
  auto& s = e.make<Shared>(max_threads, keep_alive);
  with_a_pool(e, s, keep_alive == kStays ? 1 : 2, [&s] {
    for (int i = 0; i < 2; ++i) {
      give(s, [&s, i] {
        ++s.counts;
        s.done[i].unpark();
      });
      s.done[i].park();
    }
    check(s.counts == 2, "a job did not run");
  });
}

/// Two that give a job at the same moment.
void two_owners(Explore& e) {
  auto& s = e.make<Shared>(2u, kStays);
  e.thread("another", [&s] {
    give(s, [&s] {
      s.second_runs.park();
      s.done[0].unpark();
    });
  });
  with_a_pool(e, s, 2, [&s] {
    give(s, [&s] {
      s.second_runs.unpark();
      s.done[1].unpark();
    });
    s.done[0].park();
    s.done[1].park();
  });
}

/// An abort comes before the job, while it runs, or when it has ended.
void an_abort(Explore& e) {
  auto& s = e.make<Shared>(1u, kStays);
  s.handle.emplace(give(s, [&s] { ++s.counts; }));
  with_a_pool(e, s, 1, [&s] {
    bool ran = true;
    try {
      (void)wait_for(s.done[0], [&s](Context& cx) { return s.handle->poll(cx); });
    } catch (const JoinError& error) {
      ran = false;
      check(error.why() == JoinError::Why::aborted, "not the reason");
    }
    check(s.counts == (ran ? 1 : 0), "it says that it ran, or that it did not, and it is not so");
  });
  e.thread("aborts", [handle = s.handle->abort_handle()] { handle.abort(); });
}

/// The pool ends while its thread takes the job; another one comes too late, or not.
void the_end(Explore& e) {
  auto& s = e.make<Shared>(1u, kStays);
  with_a_pool(e, s, 1, [&s] { s.handle.emplace(give(s, [&s] { ++s.counts; })); });
  e.finally([&s] {
    check(s.handle->is_finished(), "the job has neither run nor been dropped");
    s.handle.reset();
  });
}

/// Who sees that no work is left outside finds the joiner told.
void the_token(Explore& e) {
  struct World : Shared {
    World() : Shared(1u, kStays) {}
    Reactor reactor;
  };
  auto& s = e.make<World>();
  {
    const Reactor::Scope here(s.reactor);
    s.handle.emplace(give(s, [] {}));
  }
  static constexpr WakerVTable vtable{
      [](void*) {},
      [](void* told) { static_cast<std::atomic<bool>*>(told)->store(true); },
      [](void* told) { static_cast<std::atomic<bool>*>(told)->store(true); },
      [](void*) {},
  };
  const Waker waker(&s.told, &vtable);
  Context cx(waker);
  check(s.handle->poll(cx).is_pending(), "nothing has run yet");
  with_a_pool(e, s, 1, [&s] {
    const bool over = s.reactor.waiting().outside == 0;
    check(!over || s.told.load(), "virtual time may jump between the end and the news of it");
  });
}

const Subject kSubject("blocking_pool", [](Trial& trial) {
  const Options by_lot{.preemptions = 3, .max_steps = 4000, .by_lot = 1'000};
  trial.explore("a thread for each job", by_lot, [](Explore& e) { a_thread_each(e, false); });
  trial.explore("and one of them sleeps", by_lot, [](Explore& e) { a_thread_each(e, true); });
  trial.explore("a job while the thread goes to sleep", {},
                [](Explore& e) { one_after_the_other(e, kStays, 1); });
  trial.explore("a job while the thread ends", by_lot,
                [](Explore& e) { one_after_the_other(e, kEndsAtOnce, 1); });
  trial.explore("two give a job", by_lot, two_owners);
  trial.explore("an abort", {}, an_abort);
  trial.explore("the end of the pool", {}, the_end);
  trial.explore("the token goes last", {}, the_token);
});

}  // namespace
}  // namespace book::explorer
