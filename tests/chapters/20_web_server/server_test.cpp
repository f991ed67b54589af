// The whole server in this process: it runs on a thread of its own, clients are plain blocking
// sockets.
#include "20_web_server/server/server.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "client.h"
#include "site_folder.h"
#include "support/descriptors.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book::http {
namespace server_test {

using namespace std::string_literals;

/// Runs until it is told to stop.
class RunningServer {
 public:
  explicit RunningServer(const std::string& root, Settings settings = {.grace = Duration(0)})
      : site(root, std::move(settings)), stop_(test::event_fd()) {
    TcpListener listener = TcpListener::bind(Address::loopback(0));
    port = listener.local_address().port();
    thread_ = std::thread([this, taken = std::make_shared<TcpListener>(std::move(listener))] {
      Executor executor;
      calls_before = test::system_calls();
      executor.block_on(serve(std::move(*taken), site, stopped(stop_)));
      calls = test::system_calls() - calls_before;
      polls = executor.polls();
    });
  }
  ~RunningServer() { stop(); }

  void stop() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_, 1);
    thread_.join();
  }

  Site site;  ///< the server's while it runs
  std::uint16_t port = 0;
  test::SystemCalls calls;  ///< of the server's thread, once it has stopped
  std::uint64_t polls = 0;

 private:
  static Async<> stopped(int fd) {
    AsyncFd stop(::dup(fd), AsyncFd::Kind::other);
    std::array<char, 8> count;
    co_await read(stop, count);
  }

  test::Fd stop_;
  test::SystemCalls calls_before;
  std::thread thread_;
};

class ServerTest : public ::testing::Test {
 protected:
  SiteFolder folder_;
  RunningServer server_{folder_.root().string()};
};

TEST_F(ServerTest, AnswersOneRequestAfterAnotherOnOneConnection) {
  Client client(server_.port);
  EXPECT_EQ(client.gets("/"), "200 hello");
  EXPECT_EQ(client.gets("/nothing"), "404 not here");
  EXPECT_EQ(client.gets("/hello.html"), "200 hello");
  EXPECT_EQ(client.gets("/", "Connection: close\r\n"), "200 hello");
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, ASleepingClientHoldsNobodyUp) {
  Client sleeper(server_.port);
  sleeper.asks("/sleep");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    Client other(server_.port);
    ASSERT_EQ(other.gets("/"), "200 hello");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4))
      << "they waited for the sleeper";
  EXPECT_EQ(sleeper.whole(), "200 hello");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(ServerTest, AMistakeIsAnsweredAndTheConnectionClosed) {
  Client client(server_.port);
  client.sends("hello there\r\n\r\n");
  EXPECT_EQ(client.whole(), "400 400 Bad Request\r\n");
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, AnErrorAnswerSurvivesWhatTheClientIsStillSending) {
  for (int i = 0; i < 20; ++i) {
    Client client(server_.port);
    client.sends("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(60'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(client.whole(), "431 431 Request Header Fields Too Large\r\n")
        << "a reset has destroyed it";
  }
}

TEST_F(ServerTest, ClientsThatGoAwayHarmNobody) {
  folder_.write("large.bin", std::string(5'000'000, 'x'));
  Client witness(server_.port);
  for (int i = 0; i < 10; ++i) {
    Client silent(server_.port), half(server_.port), sleeping(server_.port), greedy(server_.port),
        quick(server_.port);
    half.sends("GET / HT");
    sleeping.asks("/sleep");
    greedy.asks("/large.bin");
    quick.asks("/");
    EXPECT_EQ(witness.gets("/"), "200 hello");
    greedy.reset_now();
    half.reset_now();
  }
  EXPECT_EQ(witness.gets("/"), "200 hello");
}

TEST_F(ServerTest, SendsLargeFilesToSlowReaders) {
  std::string large(3'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7919 >> 8);
  folder_.write("large.bin", large);
  Client slow(server_.port), other(server_.port);
  slow.asks("/large.bin");
  EXPECT_EQ(other.gets("/"), "200 hello");
  EXPECT_TRUE(slow.whole() == "200 " + large);
  EXPECT_EQ(slow.gets("/"), "200 hello");
}

TEST_F(ServerTest, AnswersRequestsThatComeAByteAtATime) {
  Client client(server_.port);
  client.hurries();
  for (char c : "GET / HTTP/1.1\r\nHost: a\r\n\r\n"s) client.sends({&c, 1});
  EXPECT_EQ(client.whole(), "200 hello");
}

TEST_F(ServerTest, AnswersAThousandPipelinedRequestsInOrder) {
  Client client(server_.port);
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "GET /"s + (i % 3 == 0 ? "" : "no") + " HTTP/1.1\r\nHost: a\r\n\r\n";
  client.sends(many);
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(client.whole(), i % 3 == 0 ? "200 hello" : "404 not here") << i;
}

TEST_F(ServerTest, AnEditedPageShowsUpWithinASecond) {
  Client client(server_.port);
  EXPECT_EQ(client.gets("/"), "200 hello");
  folder_.write("hello.html", "hello again");
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  std::string got;
  while (got != "200 hello again" && std::chrono::steady_clock::now() < end) got = client.gets("/");
  EXPECT_EQ(got, "200 hello again");
}

/// The promise of chapter 17, counted: in the steady state, a request is one recv and one send.
TEST_F(ServerTest, AKeptConnectionCostsOneRecvAndOneSendARequest) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  constexpr int kRequests = 1000;
  {
    Client client(server_.port);
    for (int i = 0; i < kRequests; ++i) ASSERT_EQ(client.gets("/"), "200 hello");
  }
  server_.stop();
  EXPECT_EQ(server_.calls.of("send"), kRequests);
  EXPECT_LE(server_.calls.of("recv"), kRequests + 2) << "one more for a first try, one for the end";
  EXPECT_LE(server_.calls.of("epoll_wait"), kRequests + 10)
      << "one client alone: a wait for each of its requests";
  EXPECT_LE(server_.calls.of("epoll_ctl"), 4) << "listener, stop signal, connection";
  EXPECT_LE(server_.calls.of("fstatat"), 10) << "a file is asked once a second at most";
  EXPECT_LE(server_.calls.of("read"), 5) << "the file's, and the stop signal's";
}

TEST_F(ServerTest, ManyReadyConnectionsShareOneWait) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  constexpr int kRounds = 50, kClients = 32;
  std::vector<Client> clients;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i) clients.emplace_back(server_.port);
  for (int round = 0; round < kRounds; ++round) {
    for (Client& client : clients) client.asks("/");
    for (Client& client : clients) ASSERT_EQ(client.whole(), "200 hello");
  }
  clients.clear();
  server_.stop();
  EXPECT_EQ(server_.calls.of("send"), kRounds * kClients);
  EXPECT_LE(server_.calls.of("recv"), kRounds * kClients + 2 * kClients);
  EXPECT_LE(server_.calls.of("epoll_ctl"), kClients + 3) << "once a connection, and never again";
  EXPECT_LE(server_.calls.of("epoll_wait"), kRounds * kClients + 4 * kClients);
}

TEST_F(ServerTest, AConnectionWhoseRequestIsHereIsNeverRegistered) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  // Held up by a request that keeps the server's thread busy? No need: connect and send before it
  // accepts.
  server_.stop();
  Site site(folder_.root().string());
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(listener.local_address().port());
    clients.back().sends("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  Executor executor;
  executor.spawn(serve(std::move(listener), site));
  const test::SystemCalls before = test::system_calls();
  auto until_all_are_answered = [](Site& of) -> Async<> {
    while (of.http.requests < 20) co_await yield_now();
    co_await yield_now();
  };
  executor.block_on(until_all_are_answered(site));
  const test::SystemCalls calls = test::system_calls() - before;
  EXPECT_EQ(calls.of("accept4"), 21) << "20 connections, and one try that finds no more";
  EXPECT_EQ(calls.of("recv"), 20);
  EXPECT_EQ(calls.of("send"), 20);
  EXPECT_EQ(calls.of("ioctl"), 0) << "what went out at once needs no look before the close";
  EXPECT_EQ(calls.of("epoll_ctl"), 1) << "the listener's own, when there is nothing left to accept";
  for (Client& client : clients) EXPECT_EQ(client.whole(), "200 hello");
}

TEST_F(ServerTest, ClosesTheLongestIdleForOneMoreThanItsLimit) {
  Settings few;
  few.max_connections = 3;
  RunningServer server(folder_.root().string(), few);
  std::vector<Client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.emplace_back(server.port);
    ASSERT_EQ(inside.back().gets("/"), "200 hello");
  }
  ASSERT_EQ(inside[0].gets("/"), "200 hello");
  ASSERT_EQ(inside[0].gets("/"), "200 hello");
  Client fourth(server.port), fifth(server.port);
  EXPECT_EQ(fourth.gets("/"), "200 hello");
  EXPECT_EQ(fifth.gets("/"), "200 hello");
  int closed = 0;
  for (Client& each : inside) {
    char byte = 0;
    closed += ::recv(each.fd(), &byte, 1, MSG_DONTWAIT) == 0 ? 1 : 0;
  }
  EXPECT_EQ(closed, 2);
  server.stop();
  EXPECT_EQ(server.site.accepted, 5u);
}

/// The next one waits, and is served when there is room. (Those inside are never idle: the
/// beginning of another request is always there.)
TEST_F(ServerTest, KeepsToItsLimitOfConnectionsAndSendsNobodyAway) {
  const std::string begin = "GET / HT", rest = "TP/1.1\r\nHost: a\r\n\r\n";
  Settings few;
  few.max_connections = 3;
  RunningServer server(folder_.root().string(), few);
  std::vector<Client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.emplace_back(server.port).hurries().sends("GET / HT" + rest + begin);
    ASSERT_EQ(inside.back().whole(), "200 hello");
  }
  Client fourth(server.port), fifth(server.port);
  for (Client* each : {&fourth, &fifth}) each->asks("/", "GET", "X: y\r\n").sends(begin);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(inside[0].sends(rest + begin).whole(), "200 hello");
  char byte = 0;
  EXPECT_LT(::recv(fourth.fd(), &byte, 1, MSG_DONTWAIT), 0) << "it was served beyond the limit";
  EXPECT_EQ(errno, EAGAIN);
  inside.pop_back();
  EXPECT_EQ(fourth.whole(), "200 hello");
  EXPECT_LT(::recv(fifth.fd(), &byte, 1, MSG_DONTWAIT), 0);
  inside.pop_back();
  EXPECT_EQ(fifth.whole(), "200 hello");
  EXPECT_EQ(inside[0].sends(rest).whole(), "200 hello");
}

TEST_F(ServerTest, FinishesWhatItHasBegunAndTakesNobodyNew) {
  Settings settings;
  settings.slow_delay = std::chrono::milliseconds(300);
  RunningServer server(folder_.root().string(), settings);
  Client idle(server.port), asleep(server.port), half(server.port);
  EXPECT_EQ(idle.gets("/"), "200 hello");
  asleep.asks("/sleep");
  half.sends("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(idle.gets("/"), "200 hello");  // so the others have been read, too
  std::thread stopping([&] { server.stop(); });
  EXPECT_TRUE(idle.at_end());
  EXPECT_THROW(Client(server.port), std::system_error) << "nobody listens any more";
  half.sends("st: a\r\n\r\n");
  EXPECT_EQ(half.whole(), "200 hello");
  EXPECT_TRUE(half.at_end());
  EXPECT_EQ(asleep.whole(), "200 hello");
  EXPECT_TRUE(asleep.at_end());
  stopping.join();
}

/// More of them than it accepts before it hears of the end, and than a task accepts in one turn.
TEST_F(ServerTest, AnswersThoseWhoStandInTheQueueAtTheEnd) {
  constexpr std::size_t kClients = 400;
  Site site(folder_.root().string());
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const std::uint16_t port = listener.local_address().port();
  std::vector<Client> queue;
  queue.reserve(kClients);
  while (queue.size() < kClients) queue.emplace_back(port).asks("/");
  Client silent(port);
  {
    Executor executor;
    executor.block_on(serve(std::move(listener), site, ready()));
  }
  for (Client& each : queue) {
    EXPECT_NE(each.answer().find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(each.body(), "hello");
    EXPECT_TRUE(each.at_end());
  }
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(site.accepted, kClients + 1);
  EXPECT_THROW(Client late(port), std::system_error) << "nobody listens any more";
}

/// There it is true: those for whom there is no room are sent away.
TEST_F(ServerTest, LetsInNoMoreThanItsLimitAtTheEnd) {
  Settings few;
  few.max_connections = 3;
  few.grace = Duration(0);
  Site site(folder_.root().string(), few);
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  std::vector<Client> queue;
  queue.reserve(10);
  for (int i = 0; i < 10; ++i) queue.emplace_back(listener.local_address().port()).asks("/sleep");
  Executor executor;
  executor.block_on(serve(std::move(listener), site, ready()));
  EXPECT_EQ(site.accepted, 3u);
  EXPECT_EQ(site.open_connections(), 0u);
}

TEST_F(ServerTest, LogsWhoAskedForWhat) {
  Settings settings;
  settings.access_log = (folder_.base() / "access.log").string();
  RunningServer server(folder_.root().string(), settings);
  {
    Client client(server.port);
    EXPECT_EQ(client.gets("/"), "200 hello");
    EXPECT_EQ(client.gets("/nothing"), "404 not here");
  }
  server.stop();
  std::ifstream log(settings.access_log);
  std::string first, second, third;
  std::getline(log, first);
  std::getline(log, second);
  EXPECT_EQ(first.substr(0, 15), "127.0.0.1 - - [") << first;
  EXPECT_EQ(first.substr(first.find('"')), "\"GET / HTTP/1.1\" 200 5");
  EXPECT_EQ(second.substr(second.find('"')), "\"GET /nothing HTTP/1.1\" 404 8");
  EXPECT_FALSE(std::getline(log, third)) << third;
}

TEST_F(ServerTest, DropsWhatTakesLongerThanItsGrace) {
  // NOLINTNEXTLINE(bugprone-string-constructor): it is large on purpose
  folder_.write("large.bin", std::string(20'000'000, 'x'));
  Settings settings;
  settings.grace = std::chrono::milliseconds(50);
  RunningServer server(folder_.root().string(), settings);
  Client half(server.port), greedy(server.port), witness(server.port);
  half.sends("GET / HT");
  greedy.asks("/large.bin");
  EXPECT_EQ(witness.gets("/"), "200 hello");
  server.stop();
  EXPECT_TRUE(half.at_end());
  EXPECT_EQ(greedy.whole().substr(0, 9), "cut short");
  EXPECT_EQ(server.site.open_connections(), 0u);
}

/// With the kernel's clock and the kernel's buffers: each time-out once.
TEST_F(ServerTest, ClosesOnTheLateOverRealSocketsToo) {
  // NOLINTNEXTLINE(bugprone-string-constructor): it is large on purpose
  folder_.write("large.bin", std::string(20'000'000, 'x'));
  Settings hasty;
  hasty.idle_timeout = hasty.write_timeout = std::chrono::milliseconds(200);
  hasty.header_timeout = std::chrono::milliseconds(100);
  RunningServer server(folder_.root().string(), hasty);
  Client silent(server.port), half(server.port), greedy(server.port);
  half.sends("GET / HT");
  greedy.asks("/large.bin");
  EXPECT_EQ(half.whole(), "408 408 Request Timeout\r\n");
  EXPECT_TRUE(half.at_end());
  EXPECT_TRUE(silent.at_end());
  // What is in the buffers can still be read, so the server has to have given up before it is.
  const auto begin = std::chrono::steady_clock::now();
  server.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, hasty.grace / 2) << "it was still waiting";
  EXPECT_EQ(greedy.whole().substr(0, 9), "cut short");
}

TEST_F(ServerTest, StopsInTheMiddleOfEverything) {
  folder_.write("large.bin", std::string(5'000'000, 'x'));
  Client silent(server_.port), sleeping(server_.port), greedy(server_.port), half(server_.port),
      wrong(server_.port);
  sleeping.asks("/sleep");
  greedy.asks("/large.bin");
  half.sends("GET / HT");
  wrong.sends("oops\r\n");
  EXPECT_EQ(wrong.whole(), "400 400 Bad Request\r\n");
  server_.stop();
  EXPECT_TRUE(silent.at_end());
}

}  // namespace server_test
}  // namespace book::http
