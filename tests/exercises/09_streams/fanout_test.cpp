#include "exercise/fanout.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "09_streams/forward.h"
#include "09_streams/sources.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using exercise::fanout;
using Texts = std::vector<std::string>;

/// A sink whose room, and whose patience with close, the test decides.
struct Box {
  Poll<void> poll_ready(Context& cx) {
    if (room > 0) return Poll<void>::ready();
    cx.store(waiter, "room in a box");
    return pending;
  }
  void start_send(std::string item) {
    if (room == 0) throw std::logic_error("start_send without room");
    --room;
    items.push_back(std::move(item));
  }
  Poll<void> poll_flush(Context& cx) {
    ++flushes;
    if (may_flush) return Poll<void>::ready();
    cx.store(waiter, "a box to flush");
    return pending;
  }
  Poll<void> poll_close(Context& cx) {
    if (closed) throw std::logic_error("closed twice");
    asked_to_close = true;
    if (!may_close) {
      cx.store(waiter, "a box to close");
      return pending;
    }
    closed = true;
    return Poll<void>::ready();
  }

  int room = 10;
  bool may_flush = true, may_close = true;
  Texts items = {};
  int flushes = 0;
  bool asked_to_close = false, closed = false;
  Waker waiter = {};
};

class FanoutTest : public testing::Test {
 protected:
  Box a_, b_;
  test::CountingWaker waker_;
  Context cx_{waker_.waker()};
};

TEST_F(FanoutTest, GivesEachItemToBoth) {
  auto both = fanout(a_, b_);
  ASSERT_TRUE(both.poll_ready(cx_).is_ready());
  both.start_send(std::string("one"));
  EXPECT_EQ(a_.items, (Texts{"one"}));
  ASSERT_EQ(b_.items.size(), 1u) << "An item was sent, and the second sink has got nothing.";
  EXPECT_EQ(a_.items[0], "one");
  EXPECT_EQ(b_.items[0], "one") << "The second sink has got an empty shell. Two sinks need two "
                                   "items: copy it for one, and move it to the other.";
}

TEST_F(FanoutTest, GivesBothTheWholeText) {
  const std::string text = "a text that is too long to lie inside the string itself";
  auto both = fanout(a_, b_);
  ASSERT_TRUE(both.poll_ready(cx_).is_ready());
  both.start_send(text);
  EXPECT_EQ(a_.items, (Texts{text}));
  EXPECT_EQ(b_.items, (Texts{text})) << "The second sink has got an empty shell. Two sinks need "
                                        "two items: copy it for one, and move it to the other.";
}

TEST_F(FanoutTest, HasRoomWhenBothHave) {
  for (Box* full : {&a_, &b_}) {
    Box a, b;
    (full == &a_ ? a : b).room = 0;
    auto both = fanout(a, b);
    EXPECT_TRUE(both.poll_ready(cx_).is_pending())
        << (full == &a_ ? "The first" : "The second")
        << " sink is full, and you said that there is room for an item. It goes to both: so there "
           "is room when both have some.";
  }
}

TEST_F(FanoutTest, WaitsForTheOneThatIsFull) {
  b_.room = 0;
  auto both = fanout(a_, b_);
  if (both.poll_ready(cx_).is_ready()) return;  // the test before this one says so
  ASSERT_TRUE(b_.waiter) << "The second sink is full, and has not been given your waker: nobody "
                            "will ever wake you.";
  b_.room = 1;
  std::exchange(b_.waiter, Waker()).wake();
  EXPECT_EQ(waker_.wakes(), 1);
  EXPECT_TRUE(both.poll_ready(cx_).is_ready());
}

TEST_F(FanoutTest, FlushesBothAtOnce) {
  a_.may_flush = false;
  auto both = fanout(a_, b_);
  EXPECT_TRUE(both.poll_flush(cx_).is_pending()) << "The first sink has not flushed yet.";
  EXPECT_EQ(b_.flushes, 1) << "The first sink takes its time, and the second one was not even "
                              "asked to flush. Ask both in each poll.";
  a_.may_flush = true;
  EXPECT_TRUE(both.poll_flush(cx_).is_ready());
}

TEST_F(FanoutTest, ClosesBothAtOnce) {
  a_.may_close = false;
  auto both = fanout(a_, b_);
  EXPECT_TRUE(both.poll_close(cx_).is_pending()) << "The first sink has not closed yet.";
  EXPECT_TRUE(b_.asked_to_close) << "The first sink takes its time, and the second one does not "
                                    "know that the end has come. Tell both in each poll.";
}

TEST_F(FanoutTest, ClosesEachOnce) {
  b_.may_close = false;
  auto both = fanout(a_, b_);
  EXPECT_TRUE(both.poll_close(cx_).is_pending()) << "The second sink has not closed yet.";
  b_.may_close = true;
  try {
    EXPECT_TRUE(both.poll_close(cx_).is_ready());
  } catch (const std::logic_error&) {
    ADD_FAILURE() << "The first sink had closed already, and was asked to close again, because the "
                     "second one was not ready. Remember which of them has closed.";
  }
  EXPECT_TRUE(a_.closed && b_.closed);
}

TEST_F(FanoutTest, EndsAPipeline) {
  auto both = fanout(a_, b_);
  const Texts texts{"one", "two", "three"};
  block_on(iter(texts) | forward(both));
  EXPECT_EQ(a_.items, texts);
  EXPECT_EQ(b_.items, texts);
  EXPECT_TRUE(a_.closed && b_.closed);
}

}  // namespace
}  // namespace book
