// ThreadLock (common/): what it guards, who sleeps for it, and when it may be destroyed.
#include "common/thread_lock.h"

#include <mutex>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Counter {
  ThreadLock lock;
  int value = 0;
};

void count(Explore& e, int threads) {
  auto& counter = e.make<Counter>();
  e.name(counter, "lock");
  constexpr const char* names[] = {"one", "two", "three"};
  for (int i = 0; i < threads; ++i) {
    e.thread(names[i], [&counter] {
      std::lock_guard lock(counter.lock);
      ++counter.value;
    });
  }
  e.finally([&counter, threads] { check(counter.value == threads, "an update is lost"); });
}

/// The lock lies in what it guards: the last owner destroys both.
struct Shared {
  ThreadLock lock;
  int owners = 2;
};

void last_owner(Explore& e) {
  auto* shared = new Shared;
  e.name(*shared, "lock");
  for (const char* name : {"one", "two"}) {
    e.thread(name, [shared] {
      shared->lock.lock();
      const bool last = --shared->owners == 0;
      shared->lock.unlock();
      if (last) delete shared;
    });
  }
}

const Subject kSubject("thread_lock", [](Trial& trial) {
  trial.explore("two threads count", {}, [](Explore& e) { count(e, 2); });
  trial.explore("three threads count", {.preemptions = 3, .late_stores = 0},
                [](Explore& e) { count(e, 3); });
  trial.explore("the last owner destroys the lock", {}, last_owner);
});

}  // namespace
}  // namespace book::explorer
