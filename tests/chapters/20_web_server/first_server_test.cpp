// The first server over real loopback. Who waits for whom is seen in virtual time: it jumps an hour
// only when nothing else can happen any more.
#include "20_web_server/first_server/first_server.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "04_io_executor/executor.h"
#include "10_spawning/timeout.h"
#include "client.h"
#include "program.h"
#include "support/async_test.h"
#include "support/descriptors.h"

namespace book::http {
namespace first_server_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kHalf = "GET / HT";

using Serve = Async<> (*)(TcpListener);

Address open(Serve serve) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const Address address = listener.local_address();
  spawn_detached(serve(std::move(listener)));
  return address;
}

/// The status line of the answer; "nothing" when an hour passes without a word, and "the end" when
/// the connection ends without one.
Async<std::string> first_line(TcpStream& client) {
  std::array<char, 4096> buffer;
  const auto n = co_await timeout(1h, read(client, buffer));
  if (!n) co_return "nothing";
  if (*n == 0) co_return "the end";
  const std::string_view text(buffer.data(), *n);
  co_return std::string(text.substr(0, text.find('\r')));
}

ASYNC_TEST(FirstServer, AnswersWithAPageThatIsAsLongAsItSays) {
  const Address address = open(first::serve_in_turn);
  TcpStream client = co_await TcpStream::connect(address);
  for (const char& byte : kRequest) co_await write_all(client, std::string_view(&byte, 1));
  const std::string answer = co_await read_to_end(client, 10'000);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  const std::string length = "Content-Length: ";
  const std::size_t at = answer.find(length), blank = answer.find("\r\n\r\n");
  EXPECT_NE(at, std::string::npos) << answer;
  EXPECT_EQ(std::stoul(answer.substr(at + length.size())), answer.size() - blank - 4) << answer;
  EXPECT_NE(answer.find("<h1>Hello!</h1>"), std::string::npos) << answer;
}

ASYNC_TEST(FirstServer, HoldsEverybodyUpWhileOneSendsHalfAHead) {
  const Address address = open(first::serve_in_turn);
  TcpStream half = co_await TcpStream::connect(address);
  co_await write_all(half, kHalf);
  TcpStream polite = co_await TcpStream::connect(address);
  co_await write_all(polite, kRequest);
  const std::string before = co_await first_line(polite);
  EXPECT_EQ(before, "nothing") << "The loop awaits the first client: who answers the second?";
  co_await write_all(half, std::string_view("TP/1.1\r\n\r\n"));
  const std::string first = co_await first_line(half);
  EXPECT_EQ(first, "HTTP/1.1 200 OK");
  const std::string after = co_await first_line(polite);
  EXPECT_EQ(after, "HTTP/1.1 200 OK");
}

ASYNC_TEST(FirstServer, HoldsNobodyUpWithATaskForEach) {
  const Address address = open(first::serve_at_once);
  TcpStream half = co_await TcpStream::connect(address);
  co_await write_all(half, kHalf);
  for (int i = 0; i < 100; ++i) {
    TcpStream polite = co_await TcpStream::connect(address);
    co_await write_all(polite, kRequest);
    const std::string answer = co_await first_line(polite);
    EXPECT_EQ(answer, "HTTP/1.1 200 OK") << "client " << i;
  }
  // And it waits for the rest of the head as long as you like: nothing limits it.
  const std::string before = co_await first_line(half);
  EXPECT_EQ(before, "nothing");
  co_await write_all(half, std::string_view("TP/1.1\r\n\r\n"));
  const std::string after = co_await first_line(half);
  EXPECT_EQ(after, "HTTP/1.1 200 OK");
}

ASYNC_TEST(FirstServer, GoesOnWhenAClientLeavesInTheMiddleOfItsQuestion) {
  const Address address = open(first::serve_in_turn);
  {
    TcpStream half = co_await TcpStream::connect(address);
    co_await write_all(half, kHalf);
  }
  TcpStream polite = co_await TcpStream::connect(address);
  co_await write_all(polite, kRequest);
  const std::string answer = co_await first_line(polite);
  EXPECT_EQ(answer, "HTTP/1.1 200 OK");
}

Async<> visit_and_reset(Address address) {
  TcpStream rude = co_await TcpStream::connect(address);
  co_await write_all(rude, kHalf);
  const ::linger now{1, 0};
  ::setsockopt(rude.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

TEST(FirstServer, EndsWithTheFirstClientThatSlamsTheDoor) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  block_on(visit_and_reset(listener.local_address()));
  const int error = test::error_of([&] { block_on(first::serve_in_turn(std::move(listener))); });
  EXPECT_EQ(error, ECONNRESET) << "what a client throws passes through co_await, out of the loop";
}

ASYNC_TEST(FirstServer, OutlivesAClientThatSlamsTheDoorWithATaskForEach) {
  testing::internal::CaptureStderr();
  const Address address = open(first::serve_at_once);
  co_await visit_and_reset(address);
  TcpStream polite = co_await TcpStream::connect(address);
  co_await write_all(polite, kRequest);
  const std::string answer = co_await first_line(polite);
  EXPECT_EQ(answer, "HTTP/1.1 200 OK");
  co_await sleep(1h);  // until nothing else can happen
  const std::string reported = testing::internal::GetCapturedStderr();
  EXPECT_NE(reported.find("reset by peer"), std::string::npos) << reported;
  EXPECT_NE(reported.find("first_server.cpp"), std::string::npos)
      << "it says where the task was spawned: " << reported;
}

class FirstServerProgram : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Modes, FirstServerProgram, testing::Values("first", "first-spawn"),
                         [](const auto& info) {
                           return info.index == 0 ? "first"s : "first_spawn"s;
                         });

TEST_P(FirstServerProgram, SaysThatItHasNoLimitsAndEndsInTheMiddleOfAQuestion) {
  Program program({"--port", "0", "--mode", GetParam()});
  ASSERT_NE(program.port(), 0) << program.errors();
  Client polite(program.port());
  polite.sends("What time is it?\r\n\r\n");
  EXPECT_EQ(polite.status(), "HTTP/1.1 200") << "whatever it is asked";
  EXPECT_TRUE(polite.at_end());
  Client half(program.port());
  half.sends(kHalf);
  EXPECT_EQ(program.end(SIGINT), 0);
  EXPECT_EQ(program.errors(), "");
  EXPECT_NE(program.output().find("limits   none"), std::string::npos) << program.output();
}

TEST_P(FirstServerProgram, RefusesTheOptionsOfTheOthersInOneLine) {
  const std::vector<std::vector<std::string>> others = {
      {"--demo"}, {"--root", "."}, {"--workers", "2"}, {"--trap", "none"}, {"--idle-timeout", "1"}};
  for (std::vector<std::string> words : others) {
    const std::string name = words[0];
    words.insert(words.end(), {"--mode", GetParam()});
    Program program(words);
    EXPECT_EQ(program.end(), 2) << name;
    EXPECT_NE(program.errors().find(name + " belongs to the other modes"), std::string::npos)
        << program.errors();
    EXPECT_EQ(program.output(), "");
  }
}

TEST(FirstServerProgram, EndsWithOneLineWhenAClientSlamsTheDoor) {
  Program program({"--port", "0", "--mode", "first"});
  ASSERT_NE(program.port(), 0) << program.errors();
  Client rude(program.port());
  rude.sends(kHalf);
  rude.reset_now();
  EXPECT_EQ(program.end(), 1);
  EXPECT_NE(program.errors().find("Connection reset by peer"), std::string::npos)
      << program.errors();
}

}  // namespace first_server_test
}  // namespace book::http
