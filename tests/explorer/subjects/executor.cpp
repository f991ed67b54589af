// ExecutorCore and Task (04): wakes that come from another thread while the executor polls, parks,
// or ends. The reactor is the book's; only its Poller is the explorer's.
#include "04_io_executor/executor.h"

#include <atomic>
#include <utility>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Shared {
  Executor executor;
  Reactor::OutsideWork outside{executor.reactor()};  // or the executor would speak of its silence
  std::atomic<int> news{0};
  int payload = 0;
  Waker wakers[2];
  Parker has_wakers[2];
};

/// Gives its wakers away in its first poll, and is ready when so many have brought news.
struct Waiting {
  using Output = void;
  Shared* s;
  int expected;
  bool polled = false;

  Poll<void> poll(Context& cx) {
    cx.waits_for("news");
    if (!std::exchange(polled, true)) {
      for (int i = 0; i < expected; ++i) {
        s->wakers[i] = cx.waker();
        s->has_wakers[i].unpark();
      }
      return pending;
    }
    // Relaxed: the wake alone has to bring what was written before it.
    if (s->news.load(std::memory_order_relaxed) < expected) return pending;
    if (expected == 1) check(s->payload == 7, "the payload is not there");
    return Poll<void>::ready();
  }
};

void wakes(Explore& e, int count) {
  auto& s = e.make<Shared>();
  e.name(s.news, "news");
  e.name(s.executor.reactor(), "reactor");
  e.thread("executor", [&s, count] { s.executor.block_on(Waiting{&s, count}); });
  for (int i = 0; i < count; ++i) {
    e.thread(i ? "waker 2" : "waker 1", [&s, i, count] {
      s.has_wakers[i].park();
      if (count == 1) s.payload = 7;
      s.news.fetch_add(1, std::memory_order_relaxed);
      std::move(s.wakers[i]).wake();
    });
  }
}

const Subject kSubject("executor", [](Trial& trial) {
  trial.explore("one wake", {}, [](Explore& e) { wakes(e, 1); });
  trial.explore("two wakes of one task", {.late_stores = 0}, [](Explore& e) { wakes(e, 2); });
});

}  // namespace
}  // namespace book::explorer
