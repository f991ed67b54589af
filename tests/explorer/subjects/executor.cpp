// ExecutorCore and Task (04): wakes that come from another thread while the executor polls, parks,
// or ends. The reactor is the book's; only its Poller is the explorer's.
#include "04_io_executor/executor.h"

#include <atomic>
#include <optional>
#include <utility>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Ready {
  using Output = void;
  Poll<void> poll(Context&) { return Poll<void>::ready(); }
};

struct Shared {
  std::optional<Executor> executor{std::in_place};
  std::atomic<int> news[2] = {0, 0};
  int payload = 0;
  Waker wakers[2];
};

/// Gives its wakers away in its first poll, and is ready when it sees the news of so many threads.
struct Waiting {
  using Output = void;
  Shared* s;
  int expected;
  std::memory_order order;
  bool polled = false;

  Poll<void> poll(Context& cx) {
    cx.waits_for("news");
    if (!std::exchange(polled, true)) {
      for (Waker& waker : s->wakers) waker = cx.waker();
      return pending;
    }
    int seen = 0;
    for (auto& news : s->news) seen += news.load(order);
    if (seen < expected) return pending;
    check(s->payload == 7, "the payload is not there");
    return Poll<void>::ready();
  }
};

/// The first poll is over when the threads begin.
Shared& polled_once(Explore& e, int expected, std::memory_order order) {
  auto& s = e.make<Shared>();
  e.name(s.news[0], "news 1");
  e.name(s.news[1], "news 2");
  e.name(s.executor->reactor(), "reactor");
  s.executor->spawn(Waiting{&s, expected, order});
  s.executor->block_on(Ready{});
  return s;
}

void run(Shared& s) {
  Reactor::OutsideWork outside(s.executor->reactor());  // or the executor speaks of its silence
  s.executor->run();
}

/// The news have no order of their own: the wake alone has to bring what was written before it.
void one_wake(Explore& e) {
  auto& s = polled_once(e, 1, std::memory_order_relaxed);
  e.thread("executor", [&s] { run(s); });
  e.thread("waker", [&s] {
    s.payload = 7;
    s.news[0].store(1, std::memory_order_relaxed);
    std::move(s.wakers[0]).wake();
  });
}

/// The second wake may find the task scheduled, and the executor about to poll it.
void two_wakes_in_a_row(Explore& e) {
  auto& s = polled_once(e, 2, std::memory_order_acquire);
  e.thread("executor", [&s] { run(s); });
  e.thread("waker", [&s] {
    s.payload = 7;
    for (int i : {1, 2}) {
      s.news[0].store(i, std::memory_order_release);
      s.wakers[0].wake_by_ref();
    }
  });
}

void two_wakers(Explore& e) {
  auto& s = polled_once(e, 2, std::memory_order_relaxed);
  s.payload = 7;
  e.thread("executor", [&s] { run(s); });
  for (int i = 0; i < 2; ++i) {
    e.thread(i ? "waker 2" : "waker 1", [&s, i] {
      s.news[i].store(1, std::memory_order_relaxed);
      std::move(s.wakers[i]).wake();
    });
  }
}

/// A wake comes while the executor ends: into a queue that is read once more, or into a closed one.
/// Then the last of both frees the task, and only that one.
void wake_at_the_end(Explore& e, void (*use)(Waker)) {
  auto& s = polled_once(e, 1, std::memory_order_relaxed);
  s.wakers[1] = Waker();
  e.thread("executor", [&s] { s.executor.reset(); });
  e.thread("waker", [&s, use] { use(std::move(s.wakers[0])); });
}

const Subject kSubject("executor", [](Trial& trial) {
  trial.explore("one wake", {}, one_wake);
  trial.explore("two wakes in a row", {}, two_wakes_in_a_row);
  trial.explore("two wakers", {.late_stores = 0}, two_wakers);
  trial.explore("a wake while the executor ends", {}, [](Explore& e) {
    wake_at_the_end(e, [](Waker waker) { std::move(waker).wake(); });
  });
  trial.explore("two wakes while the executor ends", {}, [](Explore& e) {
    wake_at_the_end(e, [](Waker waker) {
      waker.wake_by_ref();
      waker.wake_by_ref();
    });
  });
  trial.explore("a waker is dropped while the executor ends", {}, [](Explore& e) {
    wake_at_the_end(e, [](Waker waker) { Waker dropped = std::move(waker); });
  });
});

}  // namespace
}  // namespace book::explorer
