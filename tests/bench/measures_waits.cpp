// Channels, locks and timers, in one process with one thread.
#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <queue>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "11_channels/mpsc.h"
#include "12_sync/mutex.h"
#include "common/reactor/reactor.h"
#include "measures.h"

namespace book::measures {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

Async<> sends_and_receives(Meter& meter) {
  auto ends = channel<int>(16);
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    co_await ends.sender.send(i);
    auto item = co_await next(ends.receiver);
    keep(item);
  }
  meter.stop();
}
void pushes_and_pops(Meter& meter) {
  std::mutex mutex;
  std::deque<int> queue;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    {
      std::lock_guard lock(mutex);
      queue.push_back(i);
    }
    std::lock_guard lock(mutex);
    int item = queue.front();
    queue.pop_front();
    keep(item);
  }
  meter.stop();
}

Async<> locks(Meter& meter) {
  Mutex<int> mutex(0);
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    const auto guard = co_await mutex.lock();
    ++*guard;
  }
  meter.stop();
}
void locks_a_thread(Meter& meter) {
  std::mutex mutex;
  int value = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    std::lock_guard lock(mutex);
    ++value;
    keep(value);
  }
  meter.stop();
}

/// Made, polled once and dropped.
void sleeps_cancelled(Meter& meter) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  Waker waker = Waker::noop();
  Context cx(waker);
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    Sleep one = sleep(minutes(1));
    bool ready = one.poll(cx).is_ready();
    keep(ready);
  }
  meter.stop();
}
void timers_in_a_map(Meter& meter) {
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> timers;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    const auto one = timers.emplace(std::chrono::steady_clock::now() + minutes(1), [] {});
    keep(timers);
    timers.erase(one);
  }
  meter.stop();
}

Async<> sleeps(int i, int& fired) {
  co_await sleep(milliseconds(1 + i % 97));
  ++fired;
}
/// From spawn to end, a thousand at once.
Async<> timers_fire(Meter& meter) {
  meter.start();
  for (int left = meter.times(); left > 0; left -= kBatch) {
    int fired = 0;
    for (int i = 0; i < kBatch; ++i) spawn_detached(sleeps(i, fired));
    while (fired < kBatch) co_await sleep(milliseconds(1));
  }
  meter.stop();
}
void timers_in_a_heap(Meter& meter) {
  using Due = std::pair<int, std::function<void()>>;
  const auto later = [](const Due& a, const Due& b) { return a.first > b.first; };
  std::priority_queue<Due, std::vector<Due>, decltype(later)> timers(later);
  int fired = 0;
  meter.start();
  for (int left = meter.times(); left > 0; left -= kBatch) {
    for (int i = 0; i < kBatch; ++i) timers.emplace(1 + i % 97, [&fired] { ++fired; });
    while (!timers.empty()) {
      timers.top().second();
      timers.pop();
    }
  }
  meter.stop();
}

}  // namespace

void add_wait_measures(Measures& all) {
  all.push_back({"channel",
                 {"a message sent and received", task(sends_and_receives)},
                 {"std::deque with a std::mutex", pushes_and_pops}});
  all.push_back({"mutex", {"a lock that is free", task(locks)}, {"std::mutex", locks_a_thread}});
  all.push_back({"sleep_cancel",
                 {"sleep: made, armed, dropped", sleeps_cancelled},
                 {"std::multimap", timers_in_a_map}});
  all.push_back({"timer_fire",
                 {"a sleeping task, of 1,000", task(timers_fire)},
                 {"std::function in a heap", timers_in_a_heap}});
}

}  // namespace book::measures
