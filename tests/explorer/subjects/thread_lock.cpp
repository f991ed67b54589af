// ThreadLock (common/): threads that want it at the same time, some of which sleep, and the last of
// which destroys it.
#include "common/thread_lock.h"

#include <mutex>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Shared {
  ThreadLock lock;
  int sum = 0;  // plain: the clocks see whether the lock guards it
};

void takes_turns(Explore& e, int threads) {
  auto& s = e.make<Shared>();
  e.name(s.lock, "lock");
  static constexpr const char* kNames[] = {"a", "b", "c"};
  for (int i = 0; i < threads; ++i) {
    e.thread(kNames[i], [&s] {
      const std::lock_guard held(s.lock);
      ++s.sum;
    });
  }
  e.finally([&s, threads] { check(s.sum == threads, "a step was lost"); });
}

struct Owned {
  ThreadLock lock;
  int owners = 2;
};

/// As the last owner of a channel does: what unlocks must not look at the lock afterwards.
void last_one_out(Explore& e) {
  auto* owned = new Owned;
  e.name(owned->lock, "lock");
  for (const char* name : {"a", "b"}) {
    e.thread(name, [owned] {
      owned->lock.lock();
      const bool last = --owned->owners == 0;
      owned->lock.unlock();
      if (last) delete owned;
    });
  }
}

const Subject kSubject("thread_lock", [](Trial& trial) {
  trial.explore("two threads", {}, [](Explore& e) { takes_turns(e, 2); });
  trial.explore("three threads", {.by_lot = 20'000}, [](Explore& e) { takes_turns(e, 3); });
  trial.explore("the last one out", {}, last_one_out);
});

}  // namespace
}  // namespace book::explorer
