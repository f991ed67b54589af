// What a pool's trace says: which worker is which thread, when each sleeps, and who stole what.
#include "common/trace.h"

#include <gtest/gtest.h>

#include <latch>
#include <map>
#include <set>
#include <string>

#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "15_threads/thread_pool_executor.h"
#include "support/child_process.h"
#include "support/trace_reader.h"

namespace book {
namespace pool_trace_test {

/// One task blocks its thread until the tasks that it has spawned have ended: all are stolen.
test::Trace trace_of_a_theft() {
  const test::TemporaryFile file;
  trace::start(file.path(), "a pool");
  {
    ThreadPoolExecutor pool({.workers = 2});
    std::latch all_done(20);
    pool.spawn(async([&]() -> Async<> {
      for (int i = 0; i < 20; ++i) {
        spawn(async([&]() -> Async<> {
          all_done.count_down();
          co_return;
        }));
      }
      all_done.wait();
      co_return;
    }));
    pool.run();
  }
  trace::stop();
  return test::Trace(file.path());
}

TEST(PoolTrace, NamesItsWorkersAndTellsWhoStoleWhatFromWhom) {
  const test::Trace trace = trace_of_a_theft();
  std::map<long, std::string> names;
  std::map<long, long> stolen;  // by thread: the task that it polls next
  int steals = 0;
  for (const test::TraceLine& line : trace.events()) {
    const long thread = line.number("th");
    if (line.has("tn")) names[thread] = line.text("tn");
    if (line.event() == "steal") {
      ++steals;
      EXPECT_NE(line.text("from"), names[thread]) << line.json();
      EXPECT_EQ(line.text("from").rfind("worker ", 0), 0u) << line.json();
      stolen[thread] = line.number("k");
    } else if (line.event() == "poll+" && stolen.count(thread)) {
      EXPECT_EQ(line.number("k"), stolen[thread]) << line.json();
      stolen.erase(thread);
    }
  }
  EXPECT_GT(steals, 0);
  std::set<std::string> all;
  for (const auto& [thread, name] : names) all.insert(name);
  EXPECT_EQ(all, (std::set<std::string>{"worker 0", "worker 1"}));
}

TEST(PoolTrace, AWorkerThatSleepsPollsNothingUntilItIsUp) {
  const test::Trace trace = trace_of_a_theft();
  std::map<long, bool> asleep;
  for (const test::TraceLine& line : trace.events()) {
    const long thread = line.number("th");
    if (line.event() == "park") {
      EXPECT_FALSE(asleep[thread]) << line.json();
      asleep[thread] = true;
    } else if (line.event() == "unpark") {
      EXPECT_TRUE(asleep[thread]) << line.json();
      asleep[thread] = false;
    } else if (line.event() == "poll+") {
      EXPECT_FALSE(asleep[thread]) << line.json();
    }
  }
  EXPECT_FALSE(trace.all("park").empty());
  for (const auto& [thread, sleeps] : asleep) EXPECT_FALSE(sleeps) << "thread " << thread;
}

}  // namespace pool_trace_test
}  // namespace book
