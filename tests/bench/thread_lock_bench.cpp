// ThreadLock against std::mutex, around what it is for: an item into a ring and out again. First
// in a process with one thread, where it is two plain steps; then in one that has had another; then
// with two threads that want it at the same time.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "common/thread_lock.h"

namespace book {
namespace {

template <class Lock>
class Ring {
 public:
  bool push(long item) {
    const std::lock_guard held(lock_);
    if (tail_ - head_ == kRoom) return false;
    slots_[tail_++ % kRoom] = item;
    return true;
  }
  bool pop(long& item) {
    const std::lock_guard held(lock_);
    if (tail_ == head_) return false;
    item = slots_[head_++ % kRoom];
    return true;
  }

 private:
  static constexpr std::size_t kRoom = 128;
  Lock lock_;
  std::vector<long> slots_ = std::vector<long>(kRoom);
  std::size_t head_ = 0, tail_ = 0;
};

template <class Lock>
void push_and_pop(benchmark::State& state) {
  Ring<Lock> ring;
  long item = 0;
  for (auto _ : state) {
    ring.push(item + 1);
    ring.pop(item);
  }
  benchmark::DoNotOptimize(item);
}

template <class Lock>
void BM_LockedRing_OnlyThread(benchmark::State& state) {
  if (!only_one_thread()) {
    state.SkipWithError("there were threads: run it alone, --benchmark_filter=LockedRing");
    return;
  }
  push_and_pop<Lock>(state);
}
BENCHMARK(BM_LockedRing_OnlyThread<std::mutex>);
BENCHMARK(BM_LockedRing_OnlyThread<ThreadLock>);

template <class Lock>
void BM_LockedRing_HadAThread(benchmark::State& state) {
  std::thread([] {}).join();
  push_and_pop<Lock>(state);
}
BENCHMARK(BM_LockedRing_HadAThread<std::mutex>);
BENCHMARK(BM_LockedRing_HadAThread<ThreadLock>);

/// One thread pushes, one pops; a time is that of an item which has passed through.
template <class Lock>
void BM_LockedRing_TwoThreads(benchmark::State& state) {
  static Ring<Lock> ring;
  long item = 0;
  for (auto _ : state) {
    if (state.thread_index() == 0) {
      while (!ring.push(item)) std::this_thread::yield();
    } else {
      while (!ring.pop(item)) std::this_thread::yield();
    }
  }
}
BENCHMARK(BM_LockedRing_TwoThreads<std::mutex>)->Threads(2)->UseRealTime();
BENCHMARK(BM_LockedRing_TwoThreads<ThreadLock>)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace book
