// The bare reactor of the story: events by number, without futures.
#include "04_io_executor/io_blocker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "04_io_executor/async_fd.h"
#include "chapters/04_io_executor/helpers.h"

namespace book::test {
namespace io_blocker_test {

struct Line : SocketPair {
  AsyncFd near{ours, AsyncFd::Kind::stream};
  AsyncFd far{theirs, AsyncFd::Kind::stream};
};

TEST(IoBlocker, SaysWhichSocketAndWhat) {
  Line one, two;
  IoBlocker blocker;
  blocker.add_io_event_interest(one.near.fd(), {1, Signals::readable});
  blocker.add_io_event_interest(two.near.fd(), {2, Signals::readable | Signals::writable});
  IoBlocker::Event event = blocker.block();
  EXPECT_EQ(event.id, 2u);
  EXPECT_EQ(event.signals, Signals::writable);
  ASSERT_EQ(::write(one.theirs, "x", 1), 1);
  event = blocker.block();
  EXPECT_EQ(event.id, 1u);
  EXPECT_EQ(event.signals, Signals::readable);
  ASSERT_EQ(::write(two.theirs, "x", 1), 1);
  event = blocker.block();
  EXPECT_EQ(event.id, 2u);
  EXPECT_EQ(event.signals, Signals::readable);
}

TEST(IoBlocker, TellsOfEverySocketThatIsReady) {
  Line lines[3];
  IoBlocker blocker;
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(::write(lines[i].theirs, "x", 1), 1);
    blocker.add_io_event_interest(lines[i].near.fd(), {i, Signals::readable});
  }
  std::size_t seen = 0;
  for (int i = 0; i < 3; ++i) seen += blocker.block().id;
  EXPECT_EQ(seen, 0u + 1u + 2u);
}

TEST(IoBlocker, AnInterestIsUsedUpByItsEvent) {
  Line line;
  IoBlocker blocker;
  blocker.add_io_event_interest(line.near.fd(), {1, Signals::readable});
  ASSERT_EQ(::write(line.theirs, "x", 1), 1);
  blocker.block();
  EXPECT_THROW(blocker.block(), std::logic_error) << "it would block forever";
}

TEST(IoBlocker, RefusesAnIdThatIsTaken) {
  Line one, two;
  IoBlocker blocker;
  blocker.add_io_event_interest(one.near.fd(), {1, Signals::readable});
  EXPECT_THROW(blocker.add_io_event_interest(two.near.fd(), {1, Signals::readable}),
               std::logic_error);
}

TEST(Signals, HaveNames) {
  EXPECT_EQ(to_string(Signals::readable), "READABLE");
  EXPECT_EQ(to_string(Signals::writable), "WRITABLE");
  EXPECT_EQ(to_string(Signals::readable | Signals::writable), "READABLE | WRITABLE");
  EXPECT_EQ(to_string(Signals::none), "nothing");
}

}  // namespace io_blocker_test
}  // namespace book::test
