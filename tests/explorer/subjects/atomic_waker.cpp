// AtomicWaker (common/): a sleeper that looks, stores its waker and looks again, and one or two
// threads that write the news and wake.
#include "common/atomic_waker.h"

#include <atomic>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

struct Shared {
  std::atomic<int> news{0};
  int payload = 0;
  AtomicWaker slot;
  Parker task[2];
};

/// `tasks`: the sleeper is polled by so many tasks in turn, as a receiver that moves between them.
/// Only the waker of the latest poll counts.
void one_waker(Explore& e, int tasks) {
  auto& s = e.make<Shared>();
  e.name(s.news, "news");
  e.name(s.slot, "slot");
  e.thread("sleeper", [&s, tasks] {
    for (int turn = 0;; ++turn) {
      Parker& mine = s.task[tasks == 2 ? turn & 1 : 0];
      if (s.news.load(std::memory_order_acquire) == 1) break;
      s.slot.store(waker_of(mine));
      if (s.news.load(std::memory_order_acquire) == 1) break;
      if (tasks == 2 && turn == 0) continue;
      mine.park();
    }
    check(s.payload == 7, "the payload is not there");
  });
  e.thread("waker", [&s] {
    s.payload = 7;
    s.news.store(1, std::memory_order_release);
    s.slot.wake();
  });
}

void two_wakers(Explore& e, int tasks) {
  auto& s = e.make<Shared>();
  e.name(s.news, "news");
  e.name(s.slot, "slot");
  e.thread("sleeper", [&s, tasks] {
    for (int turn = 0;; ++turn) {
      Parker& mine = s.task[tasks == 2 ? turn & 1 : 0];
      if (s.news.load(std::memory_order_relaxed) == 2) break;
      s.slot.store(waker_of(mine));
      if (s.news.load(std::memory_order_relaxed) == 2) break;
      if (tasks == 2 && turn == 0) continue;
      mine.park();
    }
  });
  for (const char* name : {"waker 1", "waker 2"}) {
    e.thread(name, [&s] {
      s.news.fetch_add(1, std::memory_order_relaxed);
      s.slot.wake();
    });
  }
}

/// While one task sleeps, another takes a look at the slot: it gives up a wait of its own, or asks
/// whether the place is taken. It leaves the sleeper's waker alone, and looks at no news; a wake
/// that comes in the middle of its visit is the sleeper's all the same. (So does a second reader of
/// one socket, which is told that there is a first.)
void visitor(Explore& e, void (*visit)(AtomicWaker&, const Waker&)) {
  auto& s = e.make<Shared>();
  e.name(s.news, "news");
  e.name(s.slot, "slot");
  e.thread("sleeper", [&s] {
    for (;;) {
      if (s.news.load(std::memory_order_relaxed) == 1) break;
      s.slot.store(waker_of(s.task[0]));
      if (s.news.load(std::memory_order_relaxed) == 1) break;
      s.task[0].park();
    }
  });
  e.thread("visitor", [&s, visit] { visit(s.slot, waker_of(s.task[1])); });
  e.thread("waker", [&s] {
    s.news.store(1, std::memory_order_relaxed);
    s.slot.wake();
  });
}

const Subject kSubject("atomic_waker", [](Trial& trial) {
  trial.explore("one waker", {}, [](Explore& e) { one_waker(e, 1); });
  trial.explore("one waker, two tasks in turn", {}, [](Explore& e) { one_waker(e, 2); });
  trial.explore("two wakers", {}, [](Explore& e) { two_wakers(e, 1); });
  trial.explore("two wakers, two tasks in turn", {}, [](Explore& e) { two_wakers(e, 2); });
  trial.explore("one waker, and a visitor that gives up", {}, [](Explore& e) {
    visitor(e, [](AtomicWaker& slot, const Waker& waker) { slot.forget(waker); });
  });
  trial.explore("one waker, and a visitor that asks for the place", {}, [](Explore& e) {
    visitor(e, [](AtomicWaker& slot, const Waker& waker) {
      if (slot.store_unless_taken(waker).accepted) slot.forget(waker);
    });
  });
});

}  // namespace
}  // namespace book::explorer
