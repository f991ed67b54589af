// Tests of the piece make_room: room for one more client, at the expense of an idle one.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "20_web_server/server/make_room.h"
#include "common/reactor/reactor.h"
#include "support/hand.h"
#include "support/paths.h"

namespace book::http {
namespace {

using test::Hand;

Settings room_for_one() {
  Settings settings;
  settings.max_connections = 1;
  return settings;
}

class RoomForOne : public testing::Test {
 protected:
  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope scope_{reactor_};
  Site site_{(test::source_dir() / "chapters/20_web_server/pages").string(), room_for_one()};
  Hand client_, acceptor_;

  /// The one connection there may be.
  std::optional<Permit> connection_ = site_.connections.try_acquire();
  ConnectionTimeout timeout_{site_.timeouts};
  WaitResult connection_waits(WaitKind kind) {
    Context cx(client_.waker.waker());
    return timeout_.wait(cx, kind);
  }
};

TEST_F(RoomForOne, IsReadyWhenThereIsRoom) {
  connection_.reset();
  MakeRoom room = make_room(site_);
  EXPECT_TRUE(acceptor_.is_ready(room))
      << "MakeRoom::poll: there is room for a connection, and it waits. acquire_ has the permit.";
}

TEST_F(RoomForOne, ClosesTheConnectionThatHasBeenIdleForLongest) {
  ASSERT_EQ(connection_waits(WaitKind::idle), WaitResult::waiting);
  MakeRoom room = make_room(site_);
  ASSERT_TRUE(acceptor_.is_pending(room));
  ASSERT_EQ(client_.wakes(), 1)
      << "MakeRoom::poll: the server is full, one connection asks for nothing, and a client that "
      << "asks for something stands before the door. timeouts_.expire_longest_idle().";
  EXPECT_EQ(connection_waits(WaitKind::idle), WaitResult::timed_out);
  connection_.reset();  // its task ends
  EXPECT_EQ(acceptor_.wakes(), 1) << "The permit comes back, and wakes the task that waits for it.";
  EXPECT_TRUE(acceptor_.is_ready(room));
}

TEST_F(RoomForOne, WaitsForOneThatBecomesIdle) {
  ASSERT_EQ(connection_waits(WaitKind::head), WaitResult::waiting);
  MakeRoom room = make_room(site_);
  ASSERT_TRUE(acceptor_.is_pending(room));
  EXPECT_EQ(client_.wakes(), 0) << "It is in the middle of a request: no one closes it.";
  timeout_.restart();
  ASSERT_EQ(connection_waits(WaitKind::idle), WaitResult::waiting);
  ASSERT_EQ(acceptor_.wakes(), 1)
      << "MakeRoom::poll: a connection became idle, and the task that waits for one was not told. "
      << "cx.store(timeouts_.idle_waiter, ...).";
  EXPECT_TRUE(acceptor_.is_pending(room));
  EXPECT_EQ(connection_waits(WaitKind::idle), WaitResult::timed_out);
}

TEST_F(RoomForOne, TakesItsWakerAlong) {
  ASSERT_EQ(connection_waits(WaitKind::head), WaitResult::waiting);
  {
    MakeRoom room = make_room(site_);
    ASSERT_TRUE(acceptor_.is_pending(room));
  }
  EXPECT_FALSE(site_.timeouts.idle_waiter)
      << "MakeRoom: it was destroyed, and left its waker in timeouts_.idle_waiter: for a task that "
      << "waits for nothing any more.";
  MakeRoom room = make_room(site_);
  ASSERT_TRUE(acceptor_.is_pending(room));
  connection_.reset();
  ASSERT_TRUE(acceptor_.is_ready(room));
  EXPECT_FALSE(site_.timeouts.idle_waiter) << "MakeRoom::poll: ready, and it waits still.";
}

}  // namespace
}  // namespace book::http
