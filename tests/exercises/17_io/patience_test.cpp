#include "exercise/patience.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "07_join/join.h"
#include "09_streams/sink.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/io.h"
#include "17_io/ends/duplex.h"
#include "common/reactor/reactor.h"
#include "support/counting_waker.h"

namespace book::exercise {
namespace {

using namespace std::chrono_literals;

/// What the other side does after a pause. Without bytes, only the task is woken: for nothing.
struct Line {
  Duration pause;
  std::string bytes;
};
enum class Then { leaves, stays_silent };

Async<void> speak(DuplexStream wire, std::vector<Line> lines) {
  for (const Line& line : lines) {
    co_await sleep(line.pause);
    co_await write_all(wire, line.bytes);
  }
}

Async<void> speak(DuplexStream wire, std::vector<Line> lines, Then then) {
  for (const Line& line : lines) {
    co_await sleep(line.pause);
    co_await write_all(wire, line.bytes);
  }
  if (then == Then::leaves) co_await close(wire);
  co_await never<void>();
}

/// What became of a listener that reads until the end, and does `work` after each read.
struct Heard {
  std::string bytes{};
  Duration took{0};
  bool ended = false;
  std::string error{};
  std::uint64_t polls = 0;  ///< of the task of both sides
};

Async<void> listen(Patient<DuplexStream>& client, Duration work, Heard& heard) {
  const Instant begin = Reactor::current().now();
  std::array<char, 64> buffer;
  try {
    for (;;) {
      const std::size_t n = co_await read(client, buffer);
      if (n == 0) break;
      heard.bytes.append(buffer.data(), n);
      co_await sleep(work);
    }
  } catch (const std::exception& error) {
    heard.error = error.what();
  }
  heard.took = Reactor::current().now() - begin;
  heard.ended = true;
}

/// Both sides are one task, as the branches of a join are: whatever wakes one polls the other too.
/// A minute of virtual time at most.
Heard hear(std::vector<Line> lines, Then then, Duration patience = 10s, Duration work = 0s) {
  Heard heard;
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  Patient client(std::move(here), patience);
  auto both = join(speak(std::move(there), std::move(lines), then), listen(client, work, heard));
  executor.block_on(timeout(60s, std::move(both)));
  heard.polls = executor.polls();
  return heard;
}

TEST(Patience, WhoTalksIsHeard) {
  const Heard quick = hear({{0s, "one "}, {1s, "two"}}, Then::leaves);
  EXPECT_EQ(quick.bytes, "one two");
  EXPECT_EQ(quick.took, 1s) << "They leave after a second, and so do you.";
}

TEST(Patience, WhoIsSilentIsSentAway) {
  const Heard silent = hear({{3s, ""}}, Then::stays_silent);
  constexpr std::uint64_t kFew = 4;  // at the start, for nothing, and as the minute is over
  ASSERT_TRUE(silent.ended || silent.polls > kFew)
      << "Whoever never says a word holds its connection forever. poll_read has to have a limit "
         "while the stream has nothing, and to give a read of 0 bytes when it has passed.";
  ASSERT_LT(silent.took, 60s)
      << "Nobody wakes the task when your patience is over. To look at the clock in a poll is not "
         "enough: who would poll? A Sleep has to be there, and has to be polled, whenever the "
         "stream has nothing.";
  EXPECT_TRUE(silent.ended && silent.took == 10s)
      << "After three seconds the task was woken, for nothing; after ten it is time to go. A poll "
         "is no news from the other side: make the limit once, when the waiting begins.";
}

TEST(Patience, AWordIsNoExcuseForever) {
  const Heard half = hear({{1s, "Well..."}}, Then::stays_silent);
  EXPECT_TRUE(half.ended);
  EXPECT_EQ(half.took, 11s) << "A word after one second, and then ten of silence: when bytes "
                               "come, the old limit goes, and the next wait makes a new one.";
  EXPECT_EQ(half.bytes, "Well...");
}

TEST(Patience, EveryWordCountsAnew) {
  const Heard slow = hear({{6s, "a"}, {6s, "b"}, {6s, "c"}}, Then::leaves);
  EXPECT_EQ(slow.bytes, "abc") << "They said something every six seconds, and patience is ten. The "
                                  "limit counts from the last byte: bytes came? No limit any more.";
}

/// Says something every four seconds, as a server does that wants to know whether they are there.
Async<void> knock(Patient<DuplexStream>& client) {
  for (;;) {
    co_await sleep(4s);
    co_await write_all(client, std::string_view("Hello?"));
  }
}

TEST(Patience, WhatYouSayIsNoWordOfTheirs) {
  Heard silent;
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(1000);
  Patient client(std::move(here), 10s);
  auto both = join(knock(client), listen(client, 0s, silent));
  try {
    executor.block_on(timeout(60s, std::move(both)));
  } catch (const std::exception& error) {
    FAIL() << "They were silent for too long, and then you could not speak to them any more: "
           << error.what() << ". It is the reading that has ended; the stream is still open.";
  }
  EXPECT_TRUE(silent.ended && silent.took == 10s)
      << "They never say a word. You do, every four seconds, and that gave them new patience each "
         "time. Only what comes counts: writing leaves the limit alone.";
}

TEST(Patience, WhatTheReaderDoesIsNotTheirFault) {
  const Heard busy = hear({{2s, "a"}, {6s, "b"}}, Then::leaves, 3s, 5s);
  EXPECT_EQ(busy.bytes, "ab")
      << "After the first byte the reader was busy for five seconds, two more than patience is, "
         "and then the next byte was one second away. You took that time yourself: nobody was "
         "reading. The limit begins when a read has to wait.";
}

TEST(Patience, WhatHasComeIsNotTooLate) {
  const Heard late = hear({{10s, "here"}}, Then::leaves);
  EXPECT_EQ(late.bytes, "here")
      << "The word has come in the very moment in which patience was over, and you have not "
         "looked. Ask the stream first, and the limit only when the stream has nothing.";
}

Async<void> read_twice(Patient<DuplexStream>& client, int& ends, std::string& error) {
  std::array<char, 16> buffer;
  try {
    for (int i = 0; i < 2; ++i) {
      const std::size_t n = co_await read(client, buffer);
      if (n == 0) ++ends;
    }
  } catch (const std::exception& thrown) {
    error = thrown.what();
  }
}

TEST(Patience, TheEndIsAReadOfZeroBytes) {
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  Patient client(std::move(here), 10s);
  int ends = 0;
  std::string error;
  executor.block_on(timeout(60s, read_twice(client, ends, error)));
  EXPECT_EQ(error, "") << "Two reads of somebody silent, and this came out of number " << ends + 1
                       << ". Being too late is no error but the end: a read of 0 bytes, which "
                          "every reader knows what to do with. And a limit that has passed is no "
                          "limit any more: a Sleep that has ended is not asked again.";
  EXPECT_TRUE(ends == 2 || !error.empty()) << "Each of the two reads ends after its ten seconds.";
}

Async<void> read_after(Duration pause, DuplexStream wire, std::string& heard) {
  Patient client(std::move(wire), 10s);
  co_await sleep(pause);
  std::array<char, 16> buffer;
  const std::size_t n = co_await read(client, buffer);
  heard.assign(buffer.data(), n);
  co_await never<void>();  // the stream stays: the other side has not said its word yet
}

TEST(Patience, BeginsWithTheReadAndNotWithTheStream) {
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  std::string heard;
  auto both = join(read_after(20s, std::move(here), heard),
                   speak(std::move(there), {{25s, "here"}}, Then::stays_silent));
  executor.block_on(timeout(60s, std::move(both)));
  EXPECT_EQ(heard, "here")
      << "The stream was made, and you had other things to do for twenty seconds. Then you read, "
         "and five seconds later the word came. Nobody had waited before: make the limit in "
         "poll_read, not in the constructor.";
}

Async<void> say_that_it_is_too_late(Patient<DuplexStream>& client) {
  std::array<char, 16> buffer;
  co_await read(client, buffer);
  try {
    co_await write_all(client, "too late");
  } catch (const std::exception&) {
    // The test sees that nothing has come.
  }
}

Async<void> hear_it(DuplexStream wire, std::string& heard) {
  std::array<char, 16> buffer;
  const std::size_t n = co_await read(wire, buffer);
  heard.assign(buffer.data(), n);
}

TEST(Patience, OnlyTheReadingEnds) {
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  Patient client(std::move(here), 10s);
  std::string heard;
  auto both = join(say_that_it_is_too_late(client), hear_it(std::move(there), heard));
  executor.block_on(timeout(60s, std::move(both)));
  EXPECT_EQ(heard, "too late")
      << "Your patience was over, and you could not say so any more. It is "
         "the reading that has ended: poll_read does not close the "
         "stream.";
}

TEST(Patience, AReadThatIsOverLeavesItsPlace) {
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  Patient client(std::move(here), 10s);
  test::CountingWaker one, another;
  Context first(one.waker()), second(another.waker());
  Reactor::Scope scope(executor.reactor());
  std::array<char, 16> buffer;
  {
    auto dropped = read(client, buffer);
    ASSERT_TRUE(dropped.poll(first).is_pending());
  }
  auto next = read(client, buffer);
  EXPECT_NO_THROW((void)next.poll(second))
      << "A read was dropped, and its task still has the place: a stream keeps one waker a "
         "direction. Hand forget() on to the stream.";
}

TEST(Patience, AReadThatWasGivenUpTakesItsTimeWithIt) {
  auto conversation = []() -> Async<std::size_t> {
    auto line = duplex(64);
    auto& [here, there] = line;
    Patient client(std::move(here), 10s);
    std::array<char, 16> buffer;
    auto impatient = timeout(5s, read(client, buffer));
    const auto nothing = co_await impatient;
    EXPECT_FALSE(nothing);
    co_await sleep(60s);
    auto both = join(read(client, buffer), speak(std::move(there), {{3s, "here I am"}}));
    const auto ends = co_await both;
    co_return std::get<0>(ends);
  };
  EXPECT_EQ(block_on(conversation(), {.time = TimeMode::virtual_time}), 9u)
      << "A read was given up after five seconds, and a minute later another one began. It was "
         "sent "
         "away at once, for the first one's limit had run out. forget(Direction::read, ...) tells "
         "you that a read is over: limit_.reset().";
}

TEST(Patience, WhatHasComeLeavesNoTimerBehind) {
  Executor executor({.time = TimeMode::virtual_time});
  auto [here, there] = duplex(64);
  Patient client(std::move(here), 10s);
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  Reactor::Scope scope(executor.reactor());
  std::array<char, 16> buffer;
  ASSERT_TRUE(client.poll_read(cx, buffer).is_pending());
  ASSERT_TRUE(there.poll_write(cx, std::string_view("a")).is_ready());
  ASSERT_TRUE(client.poll_read(cx, buffer).is_ready());
  EXPECT_EQ(executor.reactor().waiting().timers, 0U)
      << "The read has what it wants, and its limit is still armed: it will wake the task for "
         "nothing. limit_.reset().";
}

}  // namespace
}  // namespace book::exercise
