// What the watchdog of a test says about the tasks of a test that hangs.
#include "support/pending_report.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "04_io_executor/async_fd.h"
#include "04_io_executor/block_on.h"
#include "chapters/04_io_executor/helpers.h"
#include "support/child_process.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"

namespace book::test {
namespace pending_report_test {

/// What a watchdog says of `hang`, which never returns, in a process of its own.
std::string last_words_of(const std::function<void()>& hang) {
  const ChildResult result = run_in_child([&] {
    set_watchdog_report(report_pending_tasks);
    Watchdog watchdog(std::chrono::milliseconds(200), "this test");
    hang();
    return 0;
  });
  EXPECT_EQ(result.exit_code, 1);
  return result.err;
}

/// The thread sanitizer ends a child process that starts threads.
class PendingReport : public testing::Test {
  void SetUp() override {
    if (under_thread_sanitizer()) GTEST_SKIP() << "not under the thread sanitizer";
  }
};

TEST_F(PendingReport, SaysWhatEachPendingTaskWaitsFor) {
  const std::string words = last_words_of([] {
    SocketPair pair;
    AsyncFd ours(pair.ours, AsyncFd::Kind::stream);
    Executor executor;
    Event event;
    executor.spawn(event.wait(), "kitchen.cpp", 7);
    executor.spawn(ours.readable());  // a new descriptor: ready at once, not listed
    auto read = poll_fn([&](Context& cx) -> Poll<void> {
      char byte;
      EXPECT_TRUE(ours.poll_read(cx, {&byte, 1}).is_pending());
      return pending;
    });
    executor.block_on(read, "kitchen.cpp", 9);
  });
  EXPECT_NE(words.find("watchdog: this test is not over"), std::string::npos) << words;
  EXPECT_NE(
      words.find("an executor has 2 pending tasks, polled 3 times so far\n"
                 "  the task spawned at kitchen.cpp:7, which waits for an event; its waker is "
                 "held once\n"
                 "  the task spawned at kitchen.cpp:9, which waits for reading fd"),
      std::string::npos)
      << words;
}

TEST_F(PendingReport, NamesTheTaskThatIsBusy) {
  const std::string words = last_words_of([] {
    Executor executor;
    executor.spawn(never<void>());
    auto busy = poll_fn([](Context&) -> Poll<void> {
      for (;;) std::this_thread::yield();
    });
    executor.block_on(busy, "kitchen.cpp", 7);
  });
  EXPECT_NE(words.find("an executor is busy with the task spawned at kitchen.cpp:7"),
            std::string::npos)
      << words;
  EXPECT_NE(words.find("nothing: it waits forever"), std::string::npos) << words;
}

TEST_F(PendingReport, FindsExecutorsOnOtherThreads) {
  const std::string words = last_words_of([] {
    std::thread([] {
      SocketPair pair;
      AsyncFd ours(pair.ours, AsyncFd::Kind::stream);
      block_on(poll_fn([&](Context& cx) -> Poll<void> {
        char byte;
        EXPECT_TRUE(ours.poll_read(cx, {&byte, 1}).is_pending());
        return pending;
      }));
    }).join();
  });
  EXPECT_NE(words.find("an executor has 1 pending task,"), std::string::npos) << words;
}

TEST_F(PendingReport, SaysNothingWhereNoExecutorRuns) {
  const std::string words = last_words_of([] {
    for (;;) std::this_thread::yield();
  });
  EXPECT_NE(words.find("watchdog: this test is not over"), std::string::npos) << words;
  EXPECT_EQ(words.find("executor"), std::string::npos) << words;
}

}  // namespace pending_report_test
}  // namespace book::test
