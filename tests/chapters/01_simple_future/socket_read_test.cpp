#include "01_simple_future/socket_read.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "01_simple_future/socket.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace socket_read_test {

using test::bell;
using test::bell_count;
using test::gong;
using test::gong_count;
using test::refuses_to_move;

class SocketReadTest : public testing::Test {
 protected:
  SocketReadTest() { bell_count = gong_count = 0; }

  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
  std::pair<Socket, Socket> ends_ = Socket::pair();
  Socket& near_ = ends_.first;
  std::optional<Socket> far_{std::move(ends_.second)};
};

TEST_F(SocketReadTest, IsReadyAtOnceWhenSomethingIsThere) {
  far_->write("toast");
  SocketRead read(near_);
  EXPECT_EQ(read.poll(bell).value(), "toast");
  EXPECT_TRUE(reactor_.waiting().nothing()) << "nothing had to be waited for";
}

TEST_F(SocketReadTest, IsPendingAndCallsWakeOnceSomethingIsThere) {
  SocketRead read(near_);
  EXPECT_TRUE(read.poll(bell).is_pending());
  EXPECT_TRUE(reactor_.waiting().io);
  EXPECT_EQ(bell_count, 0);

  far_->write("toast");
  EXPECT_EQ(bell_count, 0) << "only the reactor calls it, when the loop comes by";
  reactor_.wait();
  EXPECT_EQ(bell_count, 1);
  EXPECT_EQ(read.poll(bell).value(), "toast");
}

TEST_F(SocketReadTest, DoesNothingBeforeItsFirstPoll) {
  far_->write("toast");
  {
    SocketRead never_polled(near_);
    EXPECT_TRUE(reactor_.waiting().nothing());
  }
  EXPECT_EQ(near_.try_read(), "toast") << "it took nothing from the socket";
}

TEST_F(SocketReadTest, IsHarmlessToPollTooOften) {
  SocketRead read(near_);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(read.poll(bell).is_pending());
  far_->write("toast");
  reactor_.wait();
  EXPECT_EQ(bell_count, 1) << "however often it was asked, one wake is left with the socket";
  EXPECT_EQ(read.poll(bell).value(), "toast");
}

TEST_F(SocketReadTest, CallsTheWakeOfTheLatestPoll) {
  SocketRead read(near_);
  EXPECT_TRUE(read.poll(bell).is_pending());
  EXPECT_TRUE(read.poll(gong).is_pending());
  far_->write("toast");
  reactor_.wait();
  EXPECT_EQ(bell_count, 0);
  EXPECT_EQ(gong_count, 1);
}

TEST_F(SocketReadTest, LeavesNoWakeBehindWhenItIsReadyWithoutOne) {
  SocketRead read(near_);
  EXPECT_TRUE(read.poll(bell).is_pending());
  far_->write("toast");
  EXPECT_EQ(read.poll(bell).value(), "toast") << "a spinning loop does not wait for the reactor";
  EXPECT_FALSE(reactor_.waiting().io);
  reactor_.poll_now();
  EXPECT_EQ(bell_count, 0);
}

TEST_F(SocketReadTest, IsCancelledByItsDestructorAfterAnyNumberOfPolls) {
  for (int polls = 0; polls < 4; ++polls) {
    {
      SocketRead read(near_);
      for (int i = 0; i < polls; ++i) EXPECT_TRUE(read.poll(bell).is_pending());
    }
    EXPECT_FALSE(reactor_.waiting().io) << "after " << polls << " polls";
    far_->write("toast");
    reactor_.poll_now();
    EXPECT_EQ(bell_count, 0) << "after " << polls << " polls";
    EXPECT_EQ(near_.try_read(), "toast") << "the next reader finds everything";
    EXPECT_EQ(near_.try_read(), std::nullopt);
  }
}

TEST_F(SocketReadTest, OfTheSameSocketCanFollowEachOther) {
  for (const char* text : {"one", "two", "three"}) {
    SocketRead read(near_);
    EXPECT_TRUE(read.poll(bell).is_pending());
    far_->write(text);
    reactor_.wait();
    EXPECT_EQ(read.poll(bell).value(), text);
  }
  EXPECT_EQ(bell_count, 3);
}

TEST_F(SocketReadTest, GivesAnEmptyStringAtTheEnd) {
  far_->write("last");
  far_.reset();
  EXPECT_EQ(SocketRead(near_).poll(bell).value(), "last");
  EXPECT_EQ(SocketRead(near_).poll(bell).value(), "");
  EXPECT_EQ(SocketRead(near_).poll(bell).value(), "") << "the end stays the end";
}

TEST_F(SocketReadTest, IsWokenByTheEnd) {
  SocketRead read(near_);
  EXPECT_TRUE(read.poll(bell).is_pending());
  far_.reset();
  reactor_.wait();
  EXPECT_EQ(bell_count, 1);
  EXPECT_EQ(read.poll(bell).value(), "");
}

TEST_F(SocketReadTest, GivesAtMostFourKibibytesAndTheRestToTheNext) {
  far_->write(std::string(4096, 'a'));
  far_->write("b");
  EXPECT_EQ(SocketRead(near_).poll(bell).value(), std::string(4096, 'a'));
  EXPECT_EQ(SocketRead(near_).poll(bell).value(), "b");
}

TEST_F(SocketReadTest, MustNotBePolledAfterItsEnd) {
  far_->write("toast");
  SocketRead read(near_);
  EXPECT_TRUE(read.poll(bell).is_ready());
  EXPECT_THROW((void)read.poll(bell), std::logic_error);
}

TEST_F(SocketReadTest, MovesUntilItsFirstPollAndNeverAfter) {
  SocketRead fresh(near_);
  SocketRead moved(std::move(fresh));
  EXPECT_TRUE(moved.poll(bell).is_pending());
  EXPECT_TRUE(refuses_to_move(moved));

  far_->write("toast");
  reactor_.wait();
  EXPECT_EQ(bell_count, 1) << "the refused move took nothing away";
  EXPECT_EQ(moved.poll(bell).value(), "toast");
}

TEST_F(SocketReadTest, ThrowsWhatTheSystemSaysAndIsThenFinished) {
  // A connection whose far end goes away with something unread is reset: that read fails.
  near_.write("never read");
  far_.reset();
  SocketRead read(near_);
  try {
    (void)read.poll(bell);
    ADD_FAILURE() << "the read should have failed";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::connection_reset);
    EXPECT_NE(std::string(error.what()).find("read"), std::string::npos) << error.what();
  }
  EXPECT_THROW((void)read.poll(bell), std::logic_error);
}

TEST_F(SocketReadTest, ASecondReaderWithAnotherWakeIsRefused) {
  SocketRead first(near_);
  SocketRead second(near_);
  EXPECT_TRUE(first.poll(bell).is_pending());
  EXPECT_THROW((void)second.poll(gong), std::logic_error);
  far_->write("toast");
  reactor_.wait();
  EXPECT_EQ(bell_count, 1) << "the first reader is still waited for";
  EXPECT_EQ(gong_count, 0);
}

TEST(SocketRead, NeedsAReactorOnlyToWait) {
  auto ends = Socket::pair();
  ends.second.write("toast");
  EXPECT_EQ(SocketRead(ends.first).poll(bell).value(), "toast");
  SocketRead read(ends.first);
  EXPECT_THROW((void)read.poll(bell), std::logic_error);
}

TEST(Socket, WritesAllOrThrows) {
  auto [near_end, far_end] = Socket::pair();
  EXPECT_THROW(near_end.write(std::string(4'000'000, 'x')), std::system_error);
  EXPECT_TRUE(far_end.try_read().has_value());
}

TEST(Socket, WritingToAClosedConnectionThrowsAndRaisesNoSignal) {
  auto ends = Socket::pair();
  { Socket closed(std::move(ends.second)); }
  EXPECT_THROW(ends.first.write("anybody?"), std::system_error);
}

TEST(Socket, SaysWhichCallFailedWhenDescriptorsRunOut) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string message;
  try {
    (void)Socket::pair();
  } catch (const std::system_error& error) {
    message = error.what();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(message.find("socketpair"), std::string::npos) << message;
}

}  // namespace socket_read_test
}  // namespace book::simple
