// The four steps, each a whole server with real sockets. Who waits for whom is seen from the order
// in which answers come, never from a clock.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "20_web_server/steps/blocking.h"
#include "20_web_server/steps/steps.h"
#include "client.h"
#include "program.h"
#include "running.h"
#include "site_folder.h"
#include "support/system_calls.h"

namespace book::http {
namespace modes_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

Plan plan_of(Mode mode, const SiteFolder& folder, Duration nap = 1h) {
  Plan plan;
  plan.mode = mode;
  plan.workers = 2;
  plan.root = folder.root().string();
  plan.settings.slow_delay = nap;
  plan.settings.grace = 10s;
  return plan;
}

std::string name_of_param(const testing::TestParamInfo<Mode>& info) {
  return std::string(name_of(info.param));
}

class EveryMode : public testing::TestWithParam<Mode> {
 protected:
  SiteFolder folder;
};
class TheFirstTwoModes : public EveryMode {};
class TheLastTwoModes : public EveryMode {};

INSTANTIATE_TEST_SUITE_P(Modes, EveryMode,
                         testing::Values(Mode::blocking, Mode::sequential, Mode::concurrent,
                                         Mode::parallel),
                         name_of_param);
INSTANTIATE_TEST_SUITE_P(Modes, TheFirstTwoModes, testing::Values(Mode::blocking, Mode::sequential),
                         name_of_param);
INSTANTIATE_TEST_SUITE_P(Modes, TheLastTwoModes, testing::Values(Mode::concurrent, Mode::parallel),
                         name_of_param);

TEST_P(TheFirstTwoModes, ASleeperHoldsEverybodyElseUp) {
  Running server(plan_of(GetParam(), folder, 200ms));
  Client sleeper(server.port()), second(server.port()), third(server.port());
  sleeper.asks("/sleep");
  third.asks("/");
  second.asks("/");
  EXPECT_EQ(second.status(), "HTTP/1.1 200");
  EXPECT_TRUE(sleeper.has_answer()) << "the second one was answered before the sleeper";
  EXPECT_EQ(third.status(), "HTTP/1.1 200");
  EXPECT_EQ(sleeper.status(), "HTTP/1.1 200");
}

TEST_P(TheLastTwoModes, ASleeperHoldsNobodyUp) {
  Running server(plan_of(GetParam(), folder, 1h));
  Client sleeper(server.port());
  sleeper.asks("/sleep");
  for (int i = 0; i < 20; ++i) {
    Client quick(server.port());
    EXPECT_EQ(quick.asks("/").status(), "HTTP/1.1 200");
  }
  EXPECT_FALSE(sleeper.has_answer());
  server.end_at_once();
  EXPECT_TRUE(sleeper.at_end());
}

TEST_P(TheFirstTwoModes, AnswerOneRequestAndCloseForTheOthersWait) {
  Running server(plan_of(GetParam(), folder));
  Client client(server.port());
  client.asks("/");
  const std::string head = client.answer();
  EXPECT_NE(head.find("\r\nConnection: close\r\n"), std::string::npos) << head;
  EXPECT_TRUE(client.at_end());
}

TEST_P(TheLastTwoModes, KeepTheConnection) {
  Running server(plan_of(GetParam(), folder));
  Client client(server.port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.asks("/").status(), "HTTP/1.1 200");
  const std::vector<Totals> totals = server.end();
  EXPECT_EQ(sum(totals).requests, 3u);
  EXPECT_EQ(sum(totals).connections, 1u);
}

/// What a client gets, without what may differ from mode to mode and from second to second.
std::string conversation(std::uint16_t port, const std::string& method, const std::string& path) {
  Client client(port);
  client.asks(path, method);
  std::string head = client.answer(method != "HEAD");
  for (const std::string_view field : {"\r\nDate: ", "\r\nConnection: "}) {
    const std::size_t at = head.find(field);
    if (at != std::string::npos) head.erase(at, head.find('\r', at + 2) - at);
  }
  return head + client.body();
}

TEST_P(EveryMode, GivesTheSameAnswers) {
  folder.write("large.bin", std::string(300'000, 'x') + "end");
  Running server(plan_of(GetParam(), folder, 1ms));
  Running reference(plan_of(Mode::concurrent, folder, 1ms));
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/"},
                                                        {"GET", "/sleep"},
                                                        {"HEAD", "/"},
                                                        {"GET", "/nothing"},
                                                        {"GET", "/large.bin"},
                                                        {"GET", "/../secret"},
                                                        {"GET", "/%zz"},
                                                        {"POST", "/"},
                                                        {"GET", "no path at all"}}) {
    const std::string here = conversation(server.port(), method, path);
    EXPECT_EQ(here, conversation(reference.port(), method, path)) << method << " " << path;
    EXPECT_EQ(here.substr(0, 9), "HTTP/1.1 ") << method << " " << path;
  }
}

TEST_P(EveryMode, EndsWhileAClientSaysNothing) {
  Plan plan = plan_of(GetParam(), folder);
  plan.settings.grace = 50ms;  // the stammering one has begun something
  Running server(plan);
  EXPECT_EQ(Client(server.port()).asks("/").status(), "HTTP/1.1 200");
  Client silent(server.port()), stammering(server.port());
  stammering.sends("GET / HT");
  const std::vector<Totals> totals = server.end();
  EXPECT_EQ(sum(totals).requests, 1u);
}

TEST_P(EveryMode, GivesAHeadItsTimeHoweverManyBytesComeNowAndThen) {
  Plan plan = plan_of(GetParam(), folder);
  plan.settings.header_timeout = 100ms;
  Running server(plan);
  Client slow(server.port());
  slow.sends("GET /");
  // If each byte began the time anew, the head would be too long at last, and the answer a 414.
  while (!slow.has_answer()) {
    slow.sends("x");
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_EQ(slow.status(), "HTTP/1.1 408");
}

TEST_P(EveryMode, SurvivesClientsWhoLeaveInTheMiddle) {
  // NOLINTNEXTLINE(bugprone-string-constructor): it is large on purpose
  folder.write("large.bin", std::string(10'000'000, 'x'));
  Running server(plan_of(GetParam(), folder));
  Client(server.port()).asks("/large.bin").leaves();
  Client(server.port()).sends("GET / HT").leaves();
  Client(server.port()).leaves();
  EXPECT_EQ(Client(server.port()).asks("/").status(), "HTTP/1.1 200");
}

/// What comes after the last request is not read. A server that closes over it sends a reset, and
/// what the client has not taken yet is gone.
TEST_P(EveryMode, SendsAFileToItsEndThoughTheClientGoesOnTalking) {
  constexpr std::size_t kLarge = 20'000'000;  // more than the system takes at once
  folder.write("large.bin", std::string(kLarge, 'x'));
  Running server(plan_of(GetParam(), folder));
  Client client(server.port());
  client.asks("/large.bin", "GET", "Connection: close\r\n");
  while (!client.has_answer()) std::this_thread::sleep_for(1ms);  // now the request was read
  client.sends("\r\n");
  EXPECT_EQ(client.status(), "HTTP/1.1 200");
  EXPECT_EQ(client.body().size(), kLarge);
  EXPECT_TRUE(client.at_end());
}

/// Else the system would keep what was not taken, and offer it for minutes.
TEST_P(EveryMode, ResetsAClientThatDoesNotTakeItsAnswer) {
  std::string large;
  large.resize(20'000'000, 'x');
  folder.write("large.bin", large);
  Plan plan = plan_of(GetParam(), folder);
  plan.settings.write_timeout = 100ms;
  Running server(plan);
  Client client(server.port());
  client.asks("/large.bin");
  tcp_info info{};
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (info.tcpi_state != TCP_CLOSE && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(10ms);
    socklen_t size = sizeof info;
    ::getsockopt(client.fd(), IPPROTO_TCP, TCP_INFO, &info, &size);
  }
  EXPECT_EQ(info.tcpi_state, TCP_CLOSE);
}

TEST(ABlockingServer, FinishesTheAnswerItHasBegun) {
  SiteFolder folder;
  std::string large;
  large.resize(20'000'000, 'x');
  folder.write("large.bin", large);  // more than any socket takes at once
  Running server(plan_of(Mode::blocking, folder));
  Client client(server.port());
  client.asks("/large.bin");
  while (!client.has_answer()) std::this_thread::yield();
  server.stop().request_stop();
  client.answer();
  EXPECT_EQ(client.body().size(), 20'000'000u);
  EXPECT_EQ(sum(server.join()).requests, 1u);
}

TEST(ASequentialServer, AcceptsNobodyWhoWasInTheQueueWhenItWasToEnd) {
  SiteFolder folder;
  std::string large;
  large.resize(20'000'000, 'x');
  folder.write("large.bin", large);  // more than any socket takes at once
  Running server(plan_of(Mode::sequential, folder));
  Client client(server.port());
  client.asks("/large.bin");
  while (!client.has_answer()) std::this_thread::yield();
  Client queued(server.port());
  queued.asks("/");
  server.stop().request_stop();
  client.answer();
  EXPECT_EQ(client.body().size(), 20'000'000u);
  EXPECT_EQ(sum(server.join()).connections, 1u);
}

// Of each refused connection the queue is no shorter: without a pause the processor is full.
TEST(ABlockingServer, PausesWhenEveryConnectionIsRefused) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  SiteFolder folder;
  Site site(folder.root().string());
  BlockingServer server(TcpListener::bind(Address::loopback(0)), site);
  test::SystemCalls calls;
  const auto begin = std::chrono::steady_clock::now();
  std::thread runs([&] {
    test::fail_next("accept4", EPERM, 1'000'000'000);
    const test::SystemCalls before = test::system_calls();
    server.serve();
    calls = test::system_calls() - before;
  });
  std::this_thread::sleep_for(2 * kAcceptPause);
  server.stop();
  runs.join();
  const auto pauses = (std::chrono::steady_clock::now() - begin) / kAcceptPause;
  EXPECT_GT(calls.of("accept4"), 1);
  EXPECT_LE(calls.of("accept4"), 16 * (pauses + 2)) << "in " << pauses << " pauses";
}

TEST(ABlockingServer, SendsTheSilentAwayAfterAWhile) {
  SiteFolder folder;
  Plan plan = plan_of(Mode::blocking, folder);
  plan.settings.idle_timeout = 50ms;
  Running server(plan);
  Client silent(server.port());
  EXPECT_TRUE(silent.at_end());
  EXPECT_EQ(Client(server.port()).asks("/").status(), "HTTP/1.1 200");
}

TEST_P(EveryMode, SaysThatAPortIsTaken) {
  for (const Mode other : {Mode::concurrent, Mode::parallel}) {
    const Server first(plan_of(other, folder), Address::loopback(0));
    try {
      const Server second(plan_of(GetParam(), folder), Address::loopback(first.port()));
      ADD_FAILURE() << "two servers on one port";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), EADDRINUSE);
      EXPECT_NE(std::string(error.what()).find(std::to_string(first.port())), std::string::npos);
    }
  }
}

TEST_P(EveryMode, SaysThatThereIsNoSuchFolder) {
  Plan plan = plan_of(GetParam(), folder);
  plan.root += "/missing";
  EXPECT_THROW(Server(plan, Address::loopback(0)), std::system_error);
}

TEST_P(EveryMode, OfTheProgramEndsWithZeroOnCtrlC) {
  Program program({"--port", "0", "--mode", std::string(name_of(GetParam()))});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  EXPECT_EQ(Client(port).asks("/").status(), "HTTP/1.1 200");
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
  EXPECT_NE(program.output().find("stopped after 1 request on 1 connection\n"), std::string::npos)
      << program.output();
}

TEST_P(EveryMode, OfTheProgramEndsAtOnceOnASecondCtrlC) {
  Program program({"--port", "0", "--mode", std::string(name_of(GetParam())), "--nap", "3600000",
                   "--grace", "3600"});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  Client sleeper(port);
  sleeper.asks("/sleep");
  // Again and again, as an impatient user does: two that come together are one to the system.
  while (!program.is_over()) {
    program.send(SIGINT);
    std::this_thread::yield();
  }
  EXPECT_EQ(program.end(), 0);
  EXPECT_EQ(program.errors(), "");
}

TEST(ABlockingServer, EndsInTheMiddleOfANapWhenTheGraceIsOver) {
  Program program({"--port", "0", "--mode", "blocking", "--nap", "3600000", "--grace", "0"});
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  Client(port).asks("/").answer();
  Client sleeper(port);
  sleeper.asks("/sleep");
  EXPECT_EQ(program.end(SIGTERM), 0);
}

TEST(Modes, TheProgramTellsWrongOnesInOneLine) {
  const std::vector<std::vector<std::string>> wrong = {{"--mode", "bear"},
                                                       {"--workers", "0"},
                                                       {"--workers", "-1"},
                                                       {"--workers", "two"},
                                                       {"--workers", "1000000"},
                                                       {"--workers", "2", "--mode", "blocking"},
                                                       {"--max-connections", "3", "--workers", "4"},
                                                       {"--workers"},
                                                       {"--mode"},
                                                       {"--cache-control", "no-store\r\nX: y"},
                                                       {"--workers", "1", "--mode", "concurrent"}};
  for (const auto& words : wrong) {
    Program program(words);
    EXPECT_EQ(program.end(), 2) << words[0] << " " << words.back();
    const std::string errors = program.errors();
    EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << errors;
    EXPECT_NE(errors.find(words[0]), std::string::npos) << errors;
    EXPECT_EQ(program.output(), "");
  }
}

TEST(Modes, WorkersAloneAskForTheParallelOne) {
  Program program({"--port", "0", "--workers", "3"});
  ASSERT_NE(program.port(), 0) << program.errors();
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_NE(program.output().find("parallel: 3 threads"), std::string::npos) << program.output();
}

TEST(Modes, HaveNames) {
  EXPECT_EQ(mode_names(),
            (std::vector<std::string>{"blocking", "sequential", "concurrent", "parallel"}));
  for (const std::string& name : mode_names()) EXPECT_EQ(name_of(mode_of(name)), name);
  EXPECT_THROW(mode_of("bear"), std::out_of_range);
}

}  // namespace modes_test
}  // namespace book::http
