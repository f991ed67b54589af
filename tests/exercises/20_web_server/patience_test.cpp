#include "exercise/patience.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <string>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "17_io/io.h"
#include "20_web_server/connection.h"
#include "chapters/20_web_server/mock_stream.h"
#include "chapters/20_web_server/site_folder.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;
using Then = MockStream::Then;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kSleep = "GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n";

struct Visit {
  bool ended = false;
  Duration took{0};
  int answers = 0;
  std::uint64_t polls = 0;  ///< of everybody, in the first minute
};

Async<void> note_the_end(Patient<MockStream> client, Site& site, Visit& visit) {
  const Instant begin = Reactor::current().now();
  co_await handle_connection(std::move(client), site);
  visit.ended = true;
  visit.took = Reactor::current().now() - begin;
}

/// The server talks to a client, for a minute of virtual time at most.
Visit visit(std::deque<Line> script, Then then, Duration patience = 10s) {
  SiteFolder folder;
  Site site(folder.root().string());
  Seen seen;
  Visit visit;
  Executor executor({.time = TimeMode::virtual_time});
  Patient client(MockStream(std::move(script), seen, then), patience);
  executor.spawn(note_the_end(std::move(client), site, visit));
  executor.block_on(sleep(60s));
  visit.answers = static_cast<int>(site.requests);
  visit.polls = executor.polls();
  return visit;
}

TEST(PatienceTest, AClientThatTalksIsServed) {
  const Visit quick = visit({{0s, kGet}, {1s, kGet}}, Then::leaves);
  EXPECT_EQ(quick.answers, 2);
  EXPECT_EQ(quick.took, 1s) << "it leaves after a second, and so do you";
}

TEST(PatienceTest, ASilentClientIsSentAway) {
  const Visit silent = visit({{3s, ""}}, Then::stays_silent);
  constexpr std::uint64_t kFew = 5;  // two of the test's own, one at the start, one for nothing
  if (!silent.ended && silent.polls <= kFew) {
    FAIL()
        << "A client that never says a word holds its connection for ever.\n"
           "Nobody wakes the task when its patience is over: a Sleep has to be there, and has to\n"
           "be polled, whenever the stream has nothing.";
  }
  EXPECT_TRUE(silent.ended && silent.took == 10s)
      << "After three seconds the task was woken, for nothing; after ten it is time to go. A poll\n"
         "is no news from the client: make the limit once, when the waiting begins.";
}

TEST(PatienceTest, HalfARequestIsNoExcuse) {
  const Visit half = visit({{1s, "GET / HT"}}, Then::stays_silent);
  EXPECT_TRUE(half.ended);
  EXPECT_EQ(half.took, 11s) << "a word after one second, and then ten of silence";
  EXPECT_EQ(half.answers, 0);
}

TEST(PatienceTest, EveryWordCountsAnew) {
  const Visit slow = visit({{6s, kGet}, {6s, kGet}, {6s, kGet}}, Then::leaves);
  EXPECT_EQ(slow.answers, 3)
      << "It said something every six seconds, and patience is ten. The limit\n"
         "counts from the last byte: bytes came? No limit any more.";
}

TEST(PatienceTest, ANapOfTheServerIsNotTheClientsFault) {
  const Visit nap = visit({{2s, kSleep}, {1s, kGet}}, Then::leaves, 3s);
  EXPECT_EQ(nap.answers, 2)
      << "The client asked for /sleep and waited for its answer, five seconds, two\n"
         "more than patience is. The server itself took that time: nobody was reading.\n"
         "The limit begins when a read has to wait.";
}

TEST(PatienceTest, WhatHasComeIsNotTooLate) {
  const Visit late = visit({{10s, kGet}}, Then::leaves);
  EXPECT_EQ(late.answers, 1)
      << "The request has come in the very moment in which patience was over, and you have not\n"
         "looked. Ask the stream first, and the limit only when the stream has nothing.";
}

Async<void> read_twice(Patient<MockStream>& client, int& ends, std::string& error) {
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

TEST(PatienceTest, TheEndIsAReadOfZeroBytes) {
  Seen seen;
  Patient client(MockStream({}, seen, Then::stays_silent), 10s);
  int ends = 0;
  std::string error;
  Executor executor({.time = TimeMode::virtual_time});
  executor.spawn(read_twice(client, ends, error));
  executor.block_on(sleep(60s));
  EXPECT_EQ(error, "")
      << "Two reads of a silent client, and this came out of number " << ends + 1
      << ". Being too late is no error\n"
         "but the end: a read of 0 bytes, which the server knows what to do with. And a limit "
         "that\n"
         "has passed is no limit any more: a Sleep that has ended is not asked again.";
  EXPECT_TRUE(ends == 2 || !error.empty()) << "Each of the two reads ends after its ten seconds.";
}

TEST(PatienceTest, ADroppedConnectionLeavesNoTimer) {
  SiteFolder folder;
  Site site(folder.root().string());
  Seen seen;
  Executor executor({.time = TimeMode::virtual_time});
  executor.spawn(handle_connection(Patient(MockStream({}, seen, Then::stays_silent), 10s), site));
  executor.block_on(sleep(1s));
  EXPECT_EQ(executor.task_count(), 1U) << "it is still waiting";
}

}  // namespace
}  // namespace book::http
