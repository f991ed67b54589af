#include "exercise/tee.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include "chapters/17_io/pieces.h"

namespace book {
namespace {

using exercise::tee;
using test::drive;
using test::Sink;
using test::Source;

/// A writer that has no room until the test says so.
struct Stuck : Sink {
  bool stuck = true;
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    if (!stuck) return Sink::poll_write(cx, bytes);
    cx.waits_for("room that the test has not given yet");
    return pending;
  }
};

TEST(Tee, PassesOnWhatItReadsToBoth) {
  Source from{{"hello"}};
  Sink a, b;
  drive(tee(from, a, b));
  ASSERT_NE(a.written, "") << "\"hello\" was read, and nothing has arrived at a: write_all(a, ...) "
                              "what has come.";
  ASSERT_NE(b.written, "") << "\"hello\" has arrived at a, and not at b.";
  EXPECT_EQ(a.written.size(), 5u)
      << "5 bytes came. A read fills the front of the buffer and says how much of it; behind that "
         "lies rubbish, or somebody else's secrets.";
  EXPECT_EQ(a.written.substr(0, 5) + b.written.substr(0, 5), "hellohello");
}

TEST(Tee, GoesOnToTheEnd) {
  Source from{{"he", "", "ll", "", "", "o, stream"}};
  Sink a, b;
  drive(tee(from, a, b));
  EXPECT_EQ(a.written, "hello, stream")
      << "There was more to read. Only a read of 0 bytes is the end: go round until then.";
  EXPECT_EQ(b.written, a.written);
}

TEST(Tee, AByteMayBeZero) {
  const std::string bytes("he\0llo", 6);
  Source from{{bytes}};
  Sink a, b;
  drive(tee(from, a, b));
  EXPECT_EQ(a.written, bytes)
      << "6 bytes came, and one of them was 0. These are bytes, not a text with a zero at its end: "
         "what the read gave is how many there are.";
  EXPECT_EQ(b.written, bytes);
}

TEST(Tee, SaysHowManyBytesCame) {
  Source from{{"hello", ", stream"}};
  Sink a, b;
  EXPECT_EQ(drive(tee(from, a, b)), 13u)
      << "5 bytes came, and then 8: count what was read. Not the last piece, and not each byte "
         "twice because there are two writers.";
}

TEST(Tee, GetsThroughDoorsThatAreTooSmall) {
  Source from{{"hello", "stream"}};
  Sink a{{2, 0, 1, 0, 1}}, b{{1, 1, 0, 0, 3}};
  drive(tee(from, a, b));
  EXPECT_EQ(a.written, "hellostream")
      << "a took 2 of the 5 bytes at first. A write takes what there is room for and says how much "
         "that was; write_all takes care of the rest.";
  EXPECT_EQ(b.written, "hellostream");
}

TEST(Tee, PassesOnEachPieceBeforeItWaitsForTheNext) {
  Source from{{"ping"}, true};
  Sink a, b;
  auto copying = tee(from, a, b);
  EXPECT_FALSE(test::poll_for(copying, 3)) << "the stream is open: more may come";
  EXPECT_EQ(a.written, "ping")
      << "\"ping\" has come, and you keep it and wait for more. But no more will come: whoever "
         "sent it waits for the answer. Pass on what there is, then read again.";
  EXPECT_EQ(b.written, "ping");
}

TEST(Tee, OneThatHasNoRoomDoesNotKeepThePieceFromTheOther) {
  for (const bool a_is_stuck : {true, false}) {
    Source from{{"ping", "pong"}};
    Stuck a, b;
    (a_is_stuck ? b : a).stuck = false;
    auto copying = tee(from, a, b);
    EXPECT_FALSE(test::poll_for(copying, 3));
    const std::string& written = (a_is_stuck ? b : a).written;
    EXPECT_NE(written, "pingpong")
        << (a_is_stuck ? "a" : "b")
        << " has no room, and the other one has the second piece already. Read the next piece when "
           "both have the last one: else the faster one runs ahead, and memory pays for it.";
    EXPECT_TRUE(written.starts_with("ping"))
        << (a_is_stuck ? "a" : "b")
        << " has no room, and the other one has: it gets its piece all the same. Two write_all at "
           "the same time, not one after the other: chapter 07.";
  }
}

TEST(Tee, TheSlowerOneSetsThePace) {
  Source from;
  from.pieces.assign(10, "piece ");
  Stuck a, b;
  b.stuck = false;
  auto copying = tee(from, a, b);
  EXPECT_FALSE(test::poll_for(copying, 20));
  EXPECT_EQ(from.reads, 1)
      << "a has not taken the first piece yet, and you have read on: into which memory? Read the "
         "next piece when both have the last one.";
  a.stuck = false;
  EXPECT_EQ(drive(copying), 60u);
  EXPECT_EQ(a.written, b.written);
}

TEST(Tee, UsesABufferAndNotAHeap) {
  Source from;
  from.pieces.assign(1000, std::string(1000, 'x'));
  Sink a, b;
  EXPECT_EQ(drive(tee(from, a, b)), 1'000'000u);
  EXPECT_LE(from.largest, 65'536u) << "A buffer of some KB is plenty: each piece leaves it before "
                                      "the next one comes.";
  EXPECT_LE(from.reads, 20'000) << "On a socket each read is a system call: offer it some KB, and "
                                   "not a few bytes.";
}

TEST(Tee, ClosesBothAtTheEnd) {
  Source from{{"hello", "stream"}};
  Sink a, b;
  drive(tee(from, a, b));
  EXPECT_TRUE(a.closed && b.closed) << "The source is at its end, and nobody has told "
                                    << (a.closed ? "b" : "a") << ": it waits for more. Close it.";
  EXPECT_LE(a.closes, 1) << "You have closed it so often. Close it once, after the last piece: "
                            "what is written to a closed stream arrives nowhere.";
}

TEST(Tee, WaitsUntilBothAreClosed) {
  Source from{{"hello"}};
  Sink a{{}, 1}, b{{}, 2};
  auto copying = tee(from, a, b);
  EXPECT_FALSE(test::poll_for(copying, 2))
      << "poll_close has said \"pending\", and you were ready. It is a poll like any other: await "
         "it.";
  EXPECT_TRUE(test::poll_for(copying, 1))
      << "a has to be asked twice until it is closed, and b three times. Do both at the same time: "
         "whoever is slow to close must not keep the end from the other.";
}

TEST(Tee, AnErrorOfOneIsTheEndOfIt) {
  struct Broken : Sink {
    Poll<std::size_t> poll_write(Context&, std::span<const char>) {
      throw std::runtime_error("the cable");
    }
  } a;
  Source from{{"hello", "stream"}};
  Stuck b;
  auto copying = tee(from, a, b);
  EXPECT_THROW((void)test::poll_for(copying, 3), std::runtime_error)
      << "a is broken, b has no room, and no exception has come out. Either you keep it to "
         "yourself, or you wait for both. What for? try_join gives up at the first exception.";
  EXPECT_FALSE(b.closed) << "a is broken, and you have closed b: it takes the half for the whole. "
                            "Only the end of the source is a reason to close.";
}

TEST(Tee, ADroppedOneHasNotClosed) {
  for (int polls = 0; polls <= 3; ++polls) {
    Source from{{"a", "", "b", "", "c", "", "d"}};
    Sink a, b;
    {
      auto copying = tee(from, a, b);
      ASSERT_FALSE(test::poll_for(copying, polls));
    }
    EXPECT_EQ(a.written, std::string("abc").substr(0, static_cast<std::size_t>(polls)));
    EXPECT_FALSE(a.closed || b.closed)
        << "Dropped after " << polls
        << " polls, it closed the others, which now take the half for the whole. Close at the end "
           "of the source, and not in a destructor.";
  }
}

}  // namespace
}  // namespace book
