// What a client may take of the server's time: each time-out, the limit on connections, and the
// graceful end, over a connection in memory and in virtual time. So every figure here is exact.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "17_io/ends/duplex.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/linger.h"
#include "20_web_server/server/make_room.h"
#include "20_web_server/server/server.h"
#include "chapters/20_web_server/site_folder.h"
#include "support/contract.h"

namespace book::http {
namespace limits_test {

using namespace std::chrono_literals;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// One connection: the client's end of it, what came there and when.
struct Client {
  explicit Client(Executor& executor, Site& site, std::size_t capacity = 4096)
      : executor_(executor), begin_(executor.reactor().now()) {
    auto [ours, theirs] = duplex(capacity);
    client_ = std::make_unique<DuplexStream>(std::move(ours));
    executor.spawn(serve(std::move(theirs), site, *this));
  }

  /// Everything that comes, to the end of the connection.
  void reads_everything() { executor_.spawn(listen(*client_, *this)); }
  void says(std::string bytes, Duration at = 0s) {
    executor_.spawn(say(*client_, std::move(bytes), at));
  }
  /// A byte each `pause`.
  void drips(const std::string& bytes, Duration pause) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      says(bytes.substr(i, 1), static_cast<int>(i) * pause);
  }
  void leaves() { client_.reset(); }

  std::string got;
  std::optional<Duration> ended;  ///< when the server was through with the connection

 private:
  static Async<> serve(DuplexStream stream, Site& site, Client& self) {
    co_await handle_connection(std::move(stream), site);
    self.ended = Reactor::current().now() - self.begin_;
  }
  static Async<> say(DuplexStream& client, std::string bytes, Duration at) {
    co_await sleep(at);
    try {
      co_await write_all(client, bytes);
    } catch (const std::system_error&) {
      // Nobody listens any more: what the test is about.
    }
  }
  static Async<> listen(DuplexStream& client, Client& self) {
    char buffer[1000];
    for (;;) {
      const std::size_t n = co_await read(client, buffer);
      if (n == 0) break;
      self.got.append(buffer, n);
    }
  }

  Executor& executor_;
  Instant begin_;
  std::unique_ptr<DuplexStream> client_;
};

class LimitsTest : public ::testing::Test {
 protected:
  static Settings settings() {
    Settings settings;
    settings.idle_timeout = 60s;
    settings.header_timeout = 10s;
    settings.write_timeout = 30s;
    return settings;
  }
  void pass(Duration time) { executor_.block_on(sleep(time)); }
  std::size_t answers(const Client& self, const std::string& status) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = self.got.find("HTTP/1.1 " + status, at)) != std::string::npos;
         ++at)
      ++count;
    return count;
  }

  SiteFolder folder_;
  Site site_{folder_.root().string(), settings()};
  Executor executor_{{.time = TimeMode::virtual_time}};
};

TEST_F(LimitsTest, AClientThatSaysNothingIsSentAwayWithoutAWord) {
  Client silent(executor_, site_);
  silent.reads_everything();
  pass(1h);
  EXPECT_EQ(silent.ended, 60s);
  EXPECT_EQ(silent.got, "");
}

TEST_F(LimitsTest, EveryAnswerBeginsTheIdleTimeAnew) {
  Client client(executor_, site_);
  client.reads_everything();
  for (Duration at : {0s, 59s, 100s}) client.says(kGet, at);
  pass(1h);
  EXPECT_EQ(answers(client, "200"), 3u);
  EXPECT_EQ(client.ended, 160s);
}

TEST_F(LimitsTest, AHeadThatDoesNotComeIsAnswered408) {
  Client half(executor_, site_);
  half.reads_everything();
  half.says("GET / HTTP/1.1\r\nHo", 5s);
  pass(1h);
  EXPECT_EQ(half.got.substr(0, 12), "HTTP/1.1 408") << half.got;
  EXPECT_NE(half.got.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(half.ended, 5s + 10s + 1s) << "and a second, in which it may read the answer";
}

TEST_F(LimitsTest, AByteASecondDoesNotExtendTheTimeOfAHead) {
  Client slow(executor_, site_);
  slow.reads_everything();
  slow.drips(kGet, 800ms);
  pass(1h);
  EXPECT_EQ(answers(slow, "408"), 1u) << slow.got;
  EXPECT_EQ(answers(slow, "200"), 0u);
  EXPECT_EQ(slow.ended, 10s + 10s) << "and ten more, in which it might read the answer";
}

TEST_F(LimitsTest, NorDoesAByteASecondInAField) {
  Client slow(executor_, site_);
  slow.reads_everything();
  slow.says("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  for (int i = 0; i < 60; ++i) slow.says("x", i * 1s);
  pass(1h);
  EXPECT_EQ(slow.got.substr(0, 12), "HTTP/1.1 408") << slow.got;
  EXPECT_EQ(answers(slow, "408"), 1u);
  EXPECT_EQ(slow.ended, 10s + kLingerMost) << "it goes on sending, and has its chance to read";
}

TEST_F(LimitsTest, AHeadThatComesSlowlyButInTimeIsAsGoodAsAnyOther) {
  Client slow(executor_, site_);
  slow.reads_everything();
  slow.drips(kGet, 300ms);
  pass(1h);
  EXPECT_EQ(answers(slow, "200"), 1u) << slow.got;
  EXPECT_EQ(slow.ended, 60s + static_cast<int>(kGet.size() - 1) * 300ms);
}

TEST_F(LimitsTest, EachHeadHasItsOwnTime) {
  Client client(executor_, site_);
  client.reads_everything();
  const std::string half = kGet.substr(0, 9), rest = kGet.substr(9);
  client.says(half, 1s);
  client.says(rest + half, 9s);  // the end of one, the beginning of the next
  client.says(rest + half, 18s);
  pass(1h);
  EXPECT_EQ(answers(client, "200"), 2u) << client.got;
  EXPECT_EQ(answers(client, "408"), 1u);
  EXPECT_EQ(client.ended, 18s + 10s + 1s);
}

TEST_F(LimitsTest, ABodyThatDoesNotComeEndsTheConnection) {
  Client client(executor_, site_);
  client.reads_everything();
  client.says("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n", 1s);
  for (int i = 2; i < 60; ++i) client.says("x", i * 1s);
  pass(1h);
  EXPECT_EQ(answers(client, "405"), 1u);
  EXPECT_EQ(answers(client, "408"), 0u) << "it has its answer";
  EXPECT_EQ(client.ended, 11s);
}

TEST_F(LimitsTest, NorDoesAByteASecondOfAChunkExtendTheTimeOfABody) {
  Client client(executor_, site_);
  client.reads_everything();
  client.says("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n");
  for (int i = 1; i < 60; ++i) client.says("x", i * 1s);
  pass(1h);
  EXPECT_EQ(answers(client, "200"), 1u);
  EXPECT_EQ(answers(client, "408"), 0u) << "it has its answer";
  EXPECT_EQ(client.ended, 10s);
}

/// However much it asks for: what is kept for it has an end, and so has the time.
TEST_F(LimitsTest, AClientThatAsksAndAsksAndReadsNothingIsDropped) {
  constexpr std::size_t kAnswer = 150;  // bytes: any answer of ours has more
  Client greedy(executor_, site_);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += kGet;
  greedy.says(many, 1s);
  pass(1h);
  EXPECT_EQ(greedy.ended, 31s);
  EXPECT_LE(site_.http.requests, (32 * 1024 + 4096) / kAnswer + 1)
      << "32 KiB of answers, and what is on its way";
}

TEST_F(LimitsTest, AClientThatTakesNothingOfItsAnswerIsDropped) {
  folder_.write("page.txt", std::string(10'000, 'x'));
  folder_.write("large.txt", std::string(1'000'000, 'x'));
  for (const char* page : {"page", "large"}) {
    Client greedy(executor_, site_);
    greedy.says("GET /" + std::string(page) + ".txt HTTP/1.1\r\nHost: a\r\n\r\n", 1s);
    pass(1h);
    EXPECT_EQ(greedy.ended, 31s) << page;
  }
}

Async<> read_slowly(DuplexStream& client, std::size_t& got) {
  char buffer[4096];
  for (;;) {
    co_await sleep(29s);
    const std::size_t n = co_await read(client, buffer);
    if (n == 0) break;
    got += n;
  }
}

TEST_F(LimitsTest, AClientThatTakesItsAnswerSlowlyGetsAllOfIt) {
  folder_.write("page.txt", std::string(20'000, 'x'));
  folder_.write("large.txt", std::string(100'000, 'x'));
  for (const auto& [page, size] : {std::pair("page", 20'000), std::pair("large", 100'000)}) {
    auto [client, server] = duplex(4096);
    std::size_t got = 0;
    const std::string request =
        "GET /" + std::string(page) + ".txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    executor_.spawn(handle_connection(std::move(server), site_));
    executor_.block_on(write_all(client, request));
    executor_.block_on(read_slowly(client, got));
    EXPECT_GT(got, static_cast<std::size_t>(size)) << page;
  }
}

TEST_F(LimitsTest, ANapIsNoIdleness) {
  Settings impatient = settings();
  impatient.idle_timeout = impatient.header_timeout = impatient.write_timeout = 2s;
  Site site(folder_.root().string(), impatient);
  Client sleeper(executor_, site);
  sleeper.reads_everything();
  sleeper.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(1h);
  EXPECT_EQ(answers(sleeper, "200"), 1u);
  EXPECT_EQ(sleeper.ended, 5s + 2s);
}

TEST_F(LimitsTest, EverybodyHasTheirOwnTimeAndThereIsOneTimer) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Client>(executor_, site_));
    clients.back()->reads_everything();
    if (i % 3 == 1) clients.back()->says("GET", 0s);
    pass(100ms);
    EXPECT_LE(executor_.reactor().waiting().timers, 1u);
  }
  pass(1h);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(clients[static_cast<std::size_t>(i)]->ended, i % 3 == 1 ? 11s : 60s) << i;
  EXPECT_EQ(site_.open_connections(), 0u);
  EXPECT_EQ(executor_.reactor().waiting().timers, 0u);
}

/// Who asks again within a tenth of a second keeps the place in the queue: that must neither end
/// them at the old time, nor keep those behind them beyond theirs.
TEST_F(LimitsTest, WhoAsksOftenHasAllTheirTimeAndTakesNoneOfTheOthers) {
  Client busy(executor_, site_), calm(executor_, site_), late(executor_, site_);
  for (Client* each : {&busy, &calm, &late}) each->reads_everything();
  for (Duration at = 0ms; at <= 90ms; at += 10ms) busy.says(kGet, at);
  calm.says(kGet, 5ms);
  late.says(kGet, 150ms);
  pass(1h);
  EXPECT_EQ(busy.ended, 60s + 90ms);
  EXPECT_EQ(calm.ended, 60s + 5ms);
  EXPECT_EQ(late.ended, 60s + 150ms);
}

TEST_F(LimitsTest, EverybodyEndsAtTheirTimeHoweverTheyAsked) {
  std::mt19937 random(1);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Duration> last;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Client>(executor_, site_));
    clients.back()->reads_everything();
    Duration at{0};
    for (int n = static_cast<int>(random() % 20); n > 0; --n) {
      at += std::chrono::milliseconds(random() % (i % 3 == 0 ? 2000 : 60));
      clients.back()->says(kGet, at);
    }
    last.push_back(at);
  }
  pass(1h);
  for (std::size_t i = 0; i < clients.size(); ++i)
    EXPECT_EQ(clients[i]->ended, last[i] + 60s) << "client " << i;
}

TEST_F(LimitsTest, TheEndClosesTheIdleAndLetsTheOthersFinish) {
  folder_.write("large.txt", std::string(100'000, 'x'));
  Client idle(executor_, site_), kept(executor_, site_), half(executor_, site_),
      asleep(executor_, site_), loading(executor_, site_);
  for (Client* each : {&idle, &kept, &half, &asleep}) each->reads_everything();
  kept.says(kGet, 0s);
  half.says(kGet.substr(0, 9), 0s);
  half.says(kGet.substr(9), 4s);
  asleep.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n", 0s);
  loading.says("GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n", 0s);
  pass(1s);
  site_.shutdown.begin();
  site_.timeouts.wake_refused();
  pass(1s);
  EXPECT_EQ(idle.ended, 1s);
  EXPECT_EQ(kept.ended, 1s);
  EXPECT_EQ(half.ended, std::nullopt);
  EXPECT_EQ(asleep.ended, std::nullopt);
  EXPECT_EQ(loading.ended, std::nullopt);
  loading.reads_everything();
  pass(10s);
  EXPECT_EQ(half.ended, 4s);
  EXPECT_EQ(answers(half, "200"), 1u) << half.got;
  EXPECT_NE(half.got.find("Connection: close\r\n"), std::string::npos) << half.got;
  EXPECT_EQ(asleep.ended, 5s);
  EXPECT_NE(asleep.got.find("Connection: close\r\n"), std::string::npos) << asleep.got;
  EXPECT_EQ(loading.ended, 2s);
  EXPECT_GT(loading.got.size(), 100'000u);
}

TEST_F(LimitsTest, TheEndOfAllDropsWhoeverIsStillThere) {
  folder_.write("large.txt", std::string(100'000, 'x'));
  Client half(executor_, site_), asleep(executor_, site_), loading(executor_, site_),
      lingering(executor_, site_), body(executor_, site_);
  half.says(kGet.substr(0, 9));
  asleep.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n");
  loading.says("GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n");
  lingering.says("nonsense\r\n\r\n");
  body.says("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  pass(500ms);
  site_.shutdown.abort();
  site_.timeouts.wake_refused();
  pass(0s);
  pass(1h);
  for (Client* each : {&half, &asleep, &loading, &lingering, &body}) EXPECT_EQ(each->ended, 500ms);
  Client late(executor_, site_);
  pass(1h);
  EXPECT_EQ(late.ended, 0s);
}

Async<> note_the_end(Async<> future, Instant begin, std::optional<Duration>& end) {
  co_await std::move(future);
  end = Reactor::current().now() - begin;
}

TEST_F(LimitsTest, FinishesWithTheLastConnection) {
  Client idle(executor_, site_), asleep(executor_, site_);
  asleep.reads_everything();
  asleep.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n", 0s);
  pass(1s);
  std::optional<Duration> end;
  executor_.spawn(note_the_end(shut_down(site_), executor_.reactor().now(), end));
  pass(1h);
  EXPECT_EQ(idle.ended, 1s);
  EXPECT_EQ(asleep.ended, 5s);
  EXPECT_EQ(answers(asleep, "200"), 1u);
  EXPECT_EQ(end, 4s);
}

TEST_F(LimitsTest, FinishesAtOnceWithoutConnections) {
  std::optional<Duration> end;
  executor_.spawn(note_the_end(shut_down(site_), executor_.reactor().now(), end));
  pass(0s);
  EXPECT_EQ(end, 0s);
}

TEST_F(LimitsTest, DropsAfterTheGraceWhatIsStillThere) {
  for (const Duration grace : {0s, 3s}) {
    Settings settings;
    settings.grace = grace;
    Site site(folder_.root().string(), settings);
    Client half(executor_, site), asleep(executor_, site);
    half.says("GET", 0s);
    asleep.reads_everything();
    asleep.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n", 0s);
    pass(1s);
    std::optional<Duration> end;
    executor_.spawn(note_the_end(shut_down(site), executor_.reactor().now(), end));
    pass(1h);
    EXPECT_EQ(end, grace);
    EXPECT_EQ(half.ended, 1s + grace);
    EXPECT_EQ(asleep.ended, 1s + grace);
    EXPECT_EQ(asleep.got, "");
  }
}

TEST_F(LimitsTest, AConnectionGivesItsPlaceBackWhenItEnds) {
  Settings three = settings();
  three.max_connections = 3;
  Site site(folder_.root().string(), three);
  Client first(executor_, site), second(executor_, site);
  first.says("GET", 0s);
  pass(0s);
  const Instant begin = executor_.reactor().now();
  (void)executor_.block_on(site.connections.acquire(1));
  EXPECT_EQ(executor_.reactor().now() - begin, 0s);
  (void)executor_.block_on(site.connections.acquire(2));
  EXPECT_EQ(executor_.reactor().now() - begin, 11s);
  (void)executor_.block_on(site.connections.acquire(3));
  EXPECT_EQ(executor_.reactor().now() - begin, 60s);
  EXPECT_EQ(site.accepted, 2u);
}

TEST_F(LimitsTest, MakesRoomByClosingTheLongestIdle) {
  Settings two = settings();
  two.max_connections = 2;
  Site site(folder_.root().string(), two);
  Client first(executor_, site), second(executor_, site);
  for (Client* each : {&first, &second}) each->reads_everything();
  first.says(kGet, 1s);
  pass(2s);  // now the second one has been idle for longer
  (void)executor_.block_on(make_room(site));
  EXPECT_EQ(site.open_connections(), 1u);
  pass(0s);
  EXPECT_EQ(second.ended, 2s);
  EXPECT_EQ(first.ended, std::nullopt);
  (void)executor_.block_on(make_room(site));
  EXPECT_EQ(site.open_connections(), 1u) << "there was room";
  pass(1h);
}

TEST_F(LimitsTest, WaitsForOneThatIsIdleWhenAllAreBusy) {
  Settings two = settings();
  two.max_connections = 2;
  Site site(folder_.root().string(), two);
  Client half(executor_, site), asleep(executor_, site);
  for (Client* each : {&half, &asleep}) each->reads_everything();
  half.says(kGet.substr(0, 9));
  asleep.says("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(1s);
  (void)executor_.block_on(make_room(site));
  pass(0s);
  EXPECT_EQ(asleep.ended, 5s) << "its answer was sent, and then it was idle";
  EXPECT_EQ(answers(asleep, "200"), 1u);
  EXPECT_EQ(half.ended, std::nullopt);
  pass(1h);
}

/// However often it is polled meanwhile.
TEST_F(LimitsTest, ClosesOneForOne) {
  Settings three = settings();
  three.max_connections = 3;
  Site site(folder_.root().string(), three);
  Client first(executor_, site), second(executor_, site), third(executor_, site);
  pass(1s);
  {
    auto room = make_room(site);
    const Waker waker = Waker::noop();
    Context cx(waker);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(room.poll(cx).is_pending());
  }
  pass(1ms);
  EXPECT_EQ(site.open_connections(), 2u);
  EXPECT_EQ(first.ended, 1s);
  pass(1h);
}

TEST_F(LimitsTest, MakingRoomKeepsTheContract) {
  Settings one = settings();
  one.max_connections = 1;
  Site site(folder_.root().string(), one);
  std::optional<Permit> connection;
  test::expect_contract(
      [&] {
        connection.reset();
        connection.emplace(site.connections.try_acquire().value());
        return test::subject(make_room(site), [&] { connection.reset(); });
      },
      {});
}

TEST_F(LimitsTest, AWaitThatIsOverIsOverAtEachPollUntilAnotherBegins) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  const Waker waker = Waker::noop();
  Context cx(waker);
  ConnectionTimeout timeout(site_.timeouts);
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::waiting);
  reactor.wait();
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::timed_out);
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::timed_out);
  EXPECT_EQ(timeout.wait(cx, WaitKind::write), WaitResult::waiting);
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::waiting) << "another head, another time";
  timeout.restart();
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::waiting);
  site_.shutdown.abort();
  EXPECT_EQ(timeout.wait(cx, WaitKind::head), WaitResult::refused);
}

}  // namespace limits_test
}  // namespace book::http
