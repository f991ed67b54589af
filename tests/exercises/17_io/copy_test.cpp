#include "exercise/copy.h"

#include <gtest/gtest.h>

#include <string>

#include "chapters/17_io/pieces.h"

namespace book {
namespace {

using exercise::copy;
using test::drive;
using test::Sink;
using test::Source;

TEST(Copy, PassesOnWhatItReads) {
  Source from{{"hello"}};
  Sink to;
  drive(copy(from, to));
  ASSERT_NE(to.written, "") << "\"hello\" was read, and nothing has arrived on the other side: "
                               "write_all(to, ...) what has come.";
  EXPECT_EQ(to.written.size(), 5u)
      << "5 bytes came. A read fills the front of the buffer and says how much of it; behind that "
         "lies rubbish, or somebody else's secrets.";
  EXPECT_EQ(to.written.substr(0, 5), "hello");
}

TEST(Copy, GoesOnToTheEnd) {
  Source from{{"he", "", "ll", "", "", "o, stream"}};
  Sink to;
  drive(copy(from, to));
  EXPECT_EQ(to.written, "hello, stream")
      << "There was more to read. Only a read of 0 bytes is the end: go round until then.";
}

TEST(Copy, SaysHowManyBytesItWas) {
  Source from{{"hello", ", stream"}};
  Sink to;
  EXPECT_EQ(drive(copy(from, to)), 13u)
      << "5 bytes came, and then 8. The answer is their sum: not the last piece, and not the "
         "buffer's size.";
}

TEST(Copy, GetsThroughADoorThatIsTooSmall) {
  Source from{{"hello", "stream"}};
  Sink to{{2, 0, 1, 0, 1}};
  drive(copy(from, to));
  EXPECT_EQ(to.written, "hellostream")
      << "The other side took 2 of the 5 bytes at first. A write takes what there is room for and "
         "says how much that was; write_all takes care of the rest.";
}

TEST(Copy, PassesOnEachPieceBeforeItWaitsForTheNext) {
  Source from{{"ping"}, true};
  Sink to;
  auto copying = copy(from, to);
  EXPECT_FALSE(test::poll_for(copying, 3)) << "the stream is open: more may come";
  EXPECT_EQ(to.written, "ping")
      << "\"ping\" has come, and you keep it and wait for more. But no more will come: whoever "
         "sent "
         "it waits for the answer. Pass on what there is, then read again.";
}

TEST(Copy, UsesABufferAndNotAHeap) {
  Source from;
  from.pieces.assign(1000, std::string(1000, 'x'));
  Sink to;
  EXPECT_EQ(drive(copy(from, to)), 1'000'000u);
  EXPECT_LE(from.largest, 65'536u) << "A buffer of some KB is plenty: each piece leaves it before "
                                      "the next one comes.";
  EXPECT_LE(from.reads, 20'000) << "On a socket each read is a system call: offer it some KB, and "
                                   "not a few bytes.";
}

TEST(Copy, ClosesWhatItWritesToAtTheEnd) {
  Source from{{"hello", "stream"}};
  Sink to;
  drive(copy(from, to));
  EXPECT_TRUE(to.closed) << "The source is at its end, and nobody has told the other side: it "
                            "waits for more. Close it: poll_close.";
  EXPECT_EQ(to.closes, 1)
      << "You have closed it so often. Close it once, after the last piece: what "
         "is written to a closed stream arrives nowhere.";
}

TEST(Copy, WaitsUntilItIsClosed) {
  Source from{{"hello"}};
  Sink to{{}, 2};
  auto copying = copy(from, to);
  EXPECT_FALSE(test::poll_for(copying, 2))
      << "poll_close has said \"pending\", and you were ready. "
         "It is a poll like any other: await it, by poll_fn.";
  EXPECT_TRUE(test::poll_for(copying, 1));
  EXPECT_EQ(to.closes, 3) << "asked twice in vain, then closed";
}

TEST(Copy, ADroppedOneHasNotClosed) {
  for (int polls = 0; polls <= 3; ++polls) {
    Source from{{"a", "", "b", "", "c", "", "d"}};
    Sink to;
    {
      auto copying = copy(from, to);
      ASSERT_FALSE(test::poll_for(copying, polls));
    }
    EXPECT_EQ(to.written, std::string("abc").substr(0, static_cast<std::size_t>(polls)));
    EXPECT_FALSE(to.closed) << "Dropped after " << polls
                            << " polls, it closed the other side, which now takes the half for the "
                               "whole. Close at the end of the source, and not in a destructor.";
  }
}

}  // namespace
}  // namespace book
