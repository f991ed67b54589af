#include "exercise/fair_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "chapters/04_io_executor/helpers.h"
#include "common/reactor/reactor.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using test::CountingWaker;

class FairReaderTest : public testing::Test {
 protected:
  explicit FairReaderTest() {
    for (int i = 0; i < 3; ++i) {
      const test::SocketPair pair;
      near_.emplace_back(pair.ours, AsyncFd::Kind::stream);
      far_.emplace_back(pair.theirs, AsyncFd::Kind::stream);
    }
  }

  FairReader reader(int in_a_row) {
    return FairReader(near_, in_a_row, [this](std::size_t socket, char) {
      served_ += static_cast<char>('0' + socket);
      // A poll that never returns would only be seen by the watchdog.
      if (served_.size() > 10'000) throw std::runtime_error("it serves and serves");
    });
  }
  void send(std::size_t socket, std::size_t bytes) {
    const std::string text(bytes, 'x');
    ASSERT_EQ(::write(far_[socket].fd(), text.data(), bytes), static_cast<ssize_t>(bytes));
  }
  bool poll(FairReader& reader) { return reader.poll(cx_).is_ready(); }

  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope current_{reactor_};
  CountingWaker waker_;
  Context cx_{waker_.waker()};
  std::vector<AsyncFd> near_, far_;
  std::string served_;  ///< whose bytes, in their order: "0120"
};

TEST_F(FairReaderTest, ServesWhatIsThere) {
  FairReader serving = reader(10);
  send(1, 1);
  ASSERT_FALSE(poll(serving)) << "the sockets are open: more may come";
  ASSERT_EQ(served_, "1")
      << "Socket 1 has a byte. read_byte(1, cx) gives it, serve_(1, byte) takes it.\n"
         "Sockets 0 and 2 are pending: that is no reason to leave out socket 1.";
}

TEST_F(FairReaderTest, WaitsWhenThereIsNothing) {
  FairReader serving = reader(10);
  ASSERT_FALSE(poll(serving));
  EXPECT_EQ(waker_.wakes(), 0)
      << "No socket has anything, and it woke itself: it will be polled at once, for\n"
         "nothing, and again. The reactor holds a waker for each socket: just be pending.";
  send(2, 1);
  reactor_.poll_now();
  ASSERT_EQ(waker_.wakes(), 1) << "every socket must be asked, so that each one has a waker";
  ASSERT_FALSE(poll(serving));
  EXPECT_EQ(served_, "2");
}

TEST_F(FairReaderTest, ServesNoMoreThanItsLimitInOnePoll) {
  FairReader serving = reader(10);
  send(0, 100);
  ASSERT_FALSE(poll(serving));
  ASSERT_EQ(served_.size(), 10u)
      << "100 bytes were there, in_a_row is 10, and one poll served this many. For as\n"
         "long as a poll takes, nobody else on this thread gets a turn.";
}

TEST_F(FairReaderTest, WakesItselfWhenItStopsBeforeItIsDone) {
  FairReader serving = reader(10);
  send(0, 100);
  ASSERT_FALSE(poll(serving));
  ASSERT_EQ(waker_.wakes(), 1)
      << "It stopped with 90 bytes left and said pending, and nobody will ever wake\n"
         "it: those bytes have arrived, they are no news. Pending is a promise. Who\n"
         "else can keep it? cx.waker().wake_by_ref() puts the task back into the queue,\n"
         "behind the others.";
  for (int turns = 0; turns < 20; ++turns) ASSERT_FALSE(poll(serving));
  EXPECT_EQ(served_.size(), 100u) << "and so all is served, ten at a time";
}

TEST_F(FairReaderTest, LetsASocketWithLittleGoFirstToo) {
  FairReader serving = reader(10);
  send(0, 100);
  send(2, 1);
  ASSERT_FALSE(poll(serving));
  EXPECT_EQ(served_.find('2'), 1u)
      << "Socket 2 had one byte, and waited behind all of socket 0: one byte of each\n"
         "socket, then on to the next. Served so far, by socket: "
      << served_;
}

TEST_F(FairReaderTest, GoesOnWhereItStopped) {
  FairReader serving = reader(1);
  for (std::size_t i = 0; i < 3; ++i) send(i, 100);
  for (int turns = 0; turns < 6; ++turns) ASSERT_FALSE(poll(serving));
  EXPECT_EQ(served_, "012012")
      << "With one byte a poll and three sockets that are full, each poll began with the\n"
         "same one. next_ must outlive the poll: that is why it is a member.";
}

TEST_F(FairReaderTest, PassesOverASocketAtItsEnd) {
  FairReader serving = reader(10);
  far_.erase(far_.begin());  // closes the far end of socket 0
  ASSERT_FALSE(poll(serving)) << "one socket is at its end, two are open";
  ASSERT_EQ(::write(far_[1].fd(), "x", 1), 1);
  reactor_.poll_now();
  ASSERT_FALSE(poll(serving));
  EXPECT_EQ(served_, "2");
}

TEST_F(FairReaderTest, IsReadyWhenAllAreAtTheirEnd) {
  FairReader serving = reader(10);
  send(0, 3);
  far_.clear();
  ASSERT_TRUE(poll(serving)) << "all three sockets are at their end, and nobody is left who could\n"
                                "wake this task. Ready, once everything is served.";
  EXPECT_EQ(served_, "000");
  EXPECT_EQ(reactor_.waiting().io, 0u);
}

TEST_F(FairReaderTest, SharesTheThreadWithOtherTasks) {
  Executor executor({.time = TimeMode::virtual_time});
  send(0, 100);
  far_.clear();
  executor.spawn(reader(10));
  std::vector<std::size_t> seen;
  executor.block_on(poll_fn([&, turns = 0](Context& cx) mutable -> Poll<void> {
    seen.push_back(served_.size());
    if (++turns == 5) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }));
  EXPECT_EQ(seen, (std::vector<std::size_t>{10, 20, 30, 40, 50}))
      << "the other task gets its turn after every ten bytes";
}

}  // namespace
}  // namespace book
