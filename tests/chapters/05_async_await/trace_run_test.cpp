// The trace of a real run: two tasks, a timer and a pipe. (Chapters 02, 04 and 05)
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "common/reactor/io_source.h"
#include "common/trace.h"
#include "support/child_process.h"
#include "support/trace_reader.h"

namespace book {
namespace trace_run_test {

using Chain = std::vector<std::string>;

struct SocketPair {
  int ends[2];
  SocketPair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
      throw std::runtime_error("socketpair");
    }
  }
  ~SocketPair() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
};

Async<> write_after_a_while(int fd) {
  co_await sleep(std::chrono::milliseconds(10));
  EXPECT_EQ(::write(fd, "x", 1), 1);
}

Async<> wait_until_readable(IoSource& source) {
  source.clear(Direction::read);
  auto readable = [&](Context& cx) { return source.poll_ready(Direction::read, cx); };
  co_await poll_fn(readable);
}

class TraceOfARun : public testing::Test {
 protected:
  TraceOfARun() {
    trace::start(file_.path(), "a run");
    {
      SocketPair sockets;
      Executor executor({.time = TimeMode::virtual_time});
      {
        Reactor::Scope scope(executor.reactor());
        IoSource source(sockets.ends[0], IoSource::Kind::stream);
        executor.spawn(wait_until_readable(source));           // task 1
        executor.spawn(write_after_a_while(sockets.ends[1]));  // task 2
        executor.run();
      }
    }
    trace::stop();
    trace_.emplace(file_.path());
  }

  const test::Trace& trace() const { return *trace_; }
  std::vector<test::TraceLine> of_task(long task, const std::string& event) const {
    std::vector<test::TraceLine> found;
    for (const test::TraceLine& line : trace().all(event)) {
      if (line.number("k") == task) found.push_back(line);
    }
    return found;
  }

 private:
  test::TemporaryFile file_;
  std::optional<test::Trace> trace_;
};

TEST_F(TraceOfARun, FollowsAWakeToTheTimer) {
  const auto polls = of_task(2, "poll+");
  ASSERT_EQ(polls.size(), 2u);
  EXPECT_EQ(trace().causes_of(polls[0].number("n")), (Chain{"poll+", "spawn"}));
  EXPECT_EQ(trace().causes_of(polls[1].number("n")), (Chain{"poll+", "wake", "timer"}));
}

TEST_F(TraceOfARun, FollowsAWakeToTheDescriptor) {
  const auto polls = of_task(1, "poll+");
  ASSERT_EQ(polls.size(), 2u);
  EXPECT_EQ(trace().causes_of(polls[1].number("n")), (Chain{"poll+", "wake", "io"}));
  const auto& wake = trace().at(polls[1].number("c"));
  EXPECT_NE(trace().at(wake.number("c")).text("why").find("readable"), std::string::npos);
}

TEST_F(TraceOfARun, NamesTheLinesOfSpawnAndAwait) {
  const std::string here = "tests/chapters/05_async_await/trace_run_test.cpp:";
  for (const auto& line : trace().all("spawn"))
    EXPECT_EQ(line.text("l").substr(0, here.size()), here);
  const auto stores = of_task(2, "store");
  ASSERT_FALSE(stores.empty());
  EXPECT_EQ(stores[0].text("why"), "a timer");
  EXPECT_EQ(stores[0].text("l").substr(0, here.size()), here);
}

TEST_F(TraceOfARun, EndsEveryTask) {
  EXPECT_EQ(trace().all("spawn").size(), 2u);
  EXPECT_EQ(trace().all("drop").size(), 2u);
  EXPECT_EQ(trace().all("poll+").size(), trace().all("poll-").size());
  EXPECT_EQ(of_task(1, "poll-").back().text("is"), "ready");
  EXPECT_FALSE(trace().all("idle").empty());
}

}  // namespace trace_run_test
}  // namespace book
