// handle_connection with a client from a script: no socket, and no real time.
#include "20_web_server/server/connection.h"

#include <dirent.h>
#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <span>
#include <string>

#include "04_io_executor/block_on.h"
#include "chapters/20_web_server/mock_stream.h"
#include "chapters/20_web_server/site_folder.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book::http {
namespace connection_test {

using namespace std::chrono_literals;

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

class ConnectionTest : public ::testing::Test {
 protected:
  /// Talks to one client to the end; how long that took.
  Duration talk_to(MockStream client) {
    Executor executor({.time = TimeMode::virtual_time});
    const Instant begin = executor.reactor().now();
    executor.block_on(handle_connection(std::move(client), site_));
    return executor.reactor().now() - begin;
  }

  SiteFolder folder_;
  Site site_{folder_.root().string()};
  Seen seen_;
};

TEST_F(ConnectionTest, AnswersAClientThatIsNoSocket) {
  EXPECT_EQ(talk_to({{{0s, get("/")}}, seen_}), 0s);
  EXPECT_EQ(seen_.sent.substr(0, 17), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(seen_.sent.substr(seen_.sent.size() - 9), "\r\n\r\nhello");
}

/// Some clients send one behind a body; it may be their last word.
TEST_F(ConnectionTest, AnEmptyLineBehindTheLastRequestBeginsNone) {
  const Duration idle = site_.settings.idle_timeout;
  for (const std::string line : {"\r\n", "\r"}) {
    Seen seen;
    EXPECT_EQ(talk_to({{{0s, get("/") + line}}, seen, MockStream::Then::stays_silent}), idle);
    EXPECT_EQ(seen.sent.substr(seen.sent.size() - 9), "\r\n\r\nhello") << "and no 408";
  }
}

struct StreamWithoutMemory : MockStream {
  using MockStream::MockStream;
  Poll<std::size_t> poll_read(Context&, std::span<char>) { throw std::bad_alloc(); }
};

TEST_F(ConnectionTest, WithoutMemoryItEndsAndNobodyElseHearsOfIt) {
  Executor executor;
  EXPECT_NO_THROW(executor.block_on(handle_connection(StreamWithoutMemory({}, seen_), site_)));
  EXPECT_EQ(seen_.sent, "");
}

TEST_F(ConnectionTest, ASleepTakesFiveSecondsAndNoMore) {
  EXPECT_EQ(talk_to({{{0s, get("/sleep")}}, seen_}), 5s);
  EXPECT_EQ(seen_.sent.substr(0, 17), "HTTP/1.1 200 OK\r\n");
}

Async<> note_the_time(MockStream client, Site& site, Duration& time) {
  const Instant begin = Reactor::current().now();
  co_await handle_connection(std::move(client), site);
  time = Reactor::current().now() - begin;
}

TEST_F(ConnectionTest, NobodyWaitsForASleeper) {
  Executor executor({.time = TimeMode::virtual_time});
  Seen first, second, third;
  Duration times[3] = {};
  executor.spawn(note_the_time({{{0s, get("/sleep")}}, first}, site_, times[0]));
  executor.spawn(note_the_time({{{0s, get("/sleep")}}, second}, site_, times[1]));
  executor.spawn(note_the_time({{{0s, get("/")}}, third}, site_, times[2]));
  executor.run();
  EXPECT_EQ(times[0], 5s);
  EXPECT_EQ(times[1], 5s) << "two naps at once take as long as one";
  EXPECT_EQ(times[2], 0s);
}

Async<> note_how_far(MockStream client, Site& site, const Seen& other, std::size_t& sent) {
  co_await handle_connection(std::move(client), site);
  sent = other.sent.size();
}

TEST_F(ConnectionTest, NobodyWaitsForALargeFileToo) {
  constexpr std::size_t kLarge = 2'000'000;
  folder_.write("large.txt", std::string(kLarge, 'x'));
  Executor executor({.time = TimeMode::virtual_time});
  Seen greedy, quick;
  std::size_t when_answered = 0;
  executor.spawn(handle_connection(MockStream({{0s, get("/large.txt")}}, greedy), site_));
  executor.spawn(note_how_far({{{0s, get("/")}}, quick}, site_, greedy, when_answered));
  executor.run();
  EXPECT_LT(when_answered, kLarge / 2) << "a client that takes all at once got all at once";
  EXPECT_GT(greedy.sent.size(), kLarge);
}

/// Everything a connection can wait for: reads, writes, a nap, a large file, a polite end.
MockStream busy_client(Seen& seen) {
  return MockStream({{1s, "GET / HT"},
                     {1s, "TP/1.1\r\nHost: a\r\n\r\n" + get("/sleep")},
                     {1s, get("/large.txt")},
                     {1s, "nonsense\r\n\r\n"},
                     {100ms, "and more of it"}},
                    seen)
      .in_pieces_of(11'000);
}

/// The wall clock goes on between two connections, whatever the reactor's does.
std::string without_dates(std::string sent) {
  const std::string date = "\r\nDate: ";
  for (std::size_t at = 0; (at = sent.find(date, at)) != std::string::npos;)
    sent.erase(at, sent.find("\r\n", at + date.size()) - at);
  return sent;
}

TEST_F(ConnectionTest, APieceAtATimeIsAsGoodAsAllAtOnce) {
  folder_.write("large.txt", std::string(40'000, 'x'));
  Seen pieces;
  talk_to(busy_client(pieces));
  talk_to({{{0s, get("/") + get("/sleep") + get("/large.txt") + "nonsense\r\n\r\n"}}, seen_});
  EXPECT_EQ(without_dates(pieces.sent), without_dates(seen_.sent));
  EXPECT_TRUE(pieces.closed);
}

TEST_F(ConnectionTest, CanBeDroppedAtEveryWait) {
  folder_.write("large.txt", std::string(40'000, 'x'));
  std::size_t at_first = 0;  // with the reactor's own descriptors
  bool ended = false;
  for (int polls = 0; !ended; ++polls) {
    ASSERT_LT(polls, 1000) << "it never ends";
    Seen seen;
    Reactor reactor(TimeMode::virtual_time);
    Reactor::Scope scope(reactor);
    test::CountingWaker counter;
    Context cx(counter.waker());
    {
      Async<> connection = handle_connection(busy_client(seen), site_);
      for (int i = 0; i < polls && !ended; ++i) {
        ended = connection.poll(cx).is_ready();
        if (!ended && !reactor.waiting().nothing()) reactor.wait();
      }
    }
    if (polls == 0) at_first = open_descriptors();
    EXPECT_EQ(open_descriptors(), at_first) << "after " << polls << " polls, a file is left open";
    EXPECT_EQ(counter.kept(), 0) << "after " << polls << " polls, somebody keeps the waker";
    EXPECT_TRUE(reactor.waiting().nothing()) << "after " << polls << " polls, a timer is left";
  }
}

/// An exchange with its connection, which goes when it goes.
/// Says that it has moved more than there was.
struct Liar {
  Poll<std::size_t> poll_read(Context&, std::span<char> room) { return room.size() + 1; }
  Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) { return bytes.size() + 1; }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) { return Poll<void>::ready(); }
};

TEST_F(ConnectionTest, AStreamThatOverstatesIsNotBelieved) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  const Waker waker = Waker::noop();
  Context cx(waker);
  Liar liar;
  Conversation talk(site_.http);
  ConnectionTimeout timeout(site_.timeouts);
  auto reads = exchange(liar, talk, timeout, Next{Next::read, WaitKind::idle});
  EXPECT_THROW((void)reads.poll(cx), std::logic_error) << "bytes that never came";
  const std::string question = get("/");
  question.copy(talk.room().data(), question.size());
  talk.received(question.size());
  (void)talk.advance(Instant());
  ASSERT_FALSE(talk.output().empty());
  auto writes = exchange(liar, talk, timeout, Next{Next::read, WaitKind::idle});
  EXPECT_THROW((void)writes.poll(cx), std::logic_error) << "bytes that were never sent";
}

struct WholeExchange {
  using Output = ReadResult;
  std::unique_ptr<ConnectionTimeout> timeout;
  std::unique_ptr<Conversation> talk;
  std::unique_ptr<MockStream> client;
  Exchange<MockStream> exchange;

  Poll<ReadResult> poll(Context& cx) { return exchange.poll(cx); }
};

TEST_F(ConnectionTest, AnExchangeKeepsTheContract) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  test::expect_contract(
      [&] {
        auto talk = std::make_unique<Conversation>(site_.http);
        auto client = std::make_unique<MockStream>(std::deque<Line>{{1s, get("/")}}, seen_);
        auto timeout = std::make_unique<ConnectionTimeout>(site_.timeouts);
        const Next next{Next::read, WaitKind::idle};
        Exchange<MockStream> one = exchange(*client, *talk, *timeout, next);
        return test::subject(
            WholeExchange{std::move(timeout), std::move(talk), std::move(client), std::move(one)},
            [&] {
              if (!reactor.waiting().nothing()) reactor.wait();
            });
      },
      {.untouched = [&] { return reactor.waiting().nothing(); }},
      [](ReadResult result) { return result == ReadResult::data; });
}

}  // namespace connection_test
}  // namespace book::http
