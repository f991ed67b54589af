// A sender that never pauses: whoever reads from it gives way, and the others are heard. No clock
// is asked: what the flood was served between a question and its answer is counted.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "09_streams/collect.h"
#include "09_streams/take_skip.h"
#include "13_time/signal.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "17_io/sockets/udp.h"
#include "17_io/sockets/unix_socket.h"

namespace book {
namespace flood_test {

constexpr int kBegun = 1000;    // so much of the flood was served when the quiet one speaks
constexpr int kSoon = 2500;     // at 20 us for each these are 50 ms
constexpr int kFlood = 40'000;  // and all of it

/// A quiet client, its connection, and the task that answers it.
struct Quiet {
  std::pair<UnixStream, UnixStream> wire = UnixStream::pair();
  bool heard = false;

  void ask() { EXPECT_EQ(::send(wire.first.fd(), "ping\n", 5, 0), 5); }
};

Async<> answers(UnixStream& stream) {
  auto text = lines(stream);
  auto question = co_await next(text);
  EXPECT_EQ(question, "ping");
  co_await write_all(stream, std::string_view("pong\n"));
}

Async<> hears(Quiet& quiet) {
  std::array<char, 5> answer;
  co_await read_exact(quiet.wire.first, std::span<char>(answer));
  quiet.heard = true;
}

/// What is served of the flood, piece by piece. True: that is enough.
struct Served {
  Quiet& quiet;
  int pieces = 0;

  bool one_more() {
    if (++pieces == kBegun) quiet.ask();
    return quiet.heard;
  }
};

/// How much of the flood is served before the quiet one has its answer. `flood(served)` is a
/// future.
template <class Flood>
int served_until_heard(Flood flood) {
  Quiet quiet;
  Served served{quiet};
  Executor executor;
  executor.spawn(answers(quiet.wire.second));
  executor.spawn(hears(quiet));
  auto flooded = flood(executor, served);
  executor.block_on(flooded);
  EXPECT_TRUE(quiet.heard);
  return served.pieces - kBegun;
}

Async<> sends_lines(UnixStream writer) {
  std::string all;
  for (int i = 0; i < kFlood; ++i) all += "x\n";
  co_await write_all(writer, all);
}

/// A stream whose other side sends lines without a pause.
UnixStream flood_of_lines(Executor& executor) {
  auto ends = UnixStream::pair();
  executor.spawn(sends_lines(std::move(ends.second)));
  return std::move(ends.first);
}

TEST(AFloodOfLines, LeavesAQuietClientItsAnswer) {
  auto reads_lines = [](Executor& executor, Served& served) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    auto text = lines(flood);
    for (;;) {
      auto line = co_await next(text);
      if (!line || served.one_more()) break;
    }
  };
  EXPECT_LT(served_until_heard(reads_lines), kSoon);
}

TEST(AFloodOfLines, LeavesItWithForEachToo) {
  auto for_each_line = [](Executor& executor, Served& served) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    auto until_heard = [&served](const std::string&) { return !served.one_more(); };
    auto all = lines(flood) | take_while(until_heard) | for_each([](const std::string&) {});
    co_await all;
  };
  EXPECT_LT(served_until_heard(for_each_line), kSoon);
}

TEST(AFloodOfLines, LeavesItWithForEachOfAFutureToo) {
  auto for_each_line = [](Executor& executor, Served& served) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    auto until_heard = [&served](const std::string&) { return !served.one_more(); };
    auto work = [](const std::string&) { return ready(); };
    auto all = lines(flood) | take_while(until_heard) | for_each(work);
    co_await all;
  };
  EXPECT_LT(served_until_heard(for_each_line), kSoon);
}

TEST(AFloodOfBytes, LeavesAQuietClientItsAnswer) {
  auto reads_bytes = [](Executor& executor, Served& served) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    std::array<char, 2> piece;
    for (;;) {
      const std::size_t got = co_await read(flood, piece);
      if (got == 0 || served.one_more()) break;
    }
  };
  EXPECT_LT(served_until_heard(reads_bytes), kSoon);
}

TEST(AFloodOfBytes, LeavesItWithReadExactToo) {
  auto reads_pieces = [](Executor& executor, Served& served) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    std::array<char, 2> piece;
    for (int i = 0; i < kFlood; ++i) {
      co_await read_exact(flood, std::span<char>(piece));
      if (served.one_more()) break;
    }
  };
  EXPECT_LT(served_until_heard(reads_pieces), kSoon);
}

/// Each datagram that is read sends the next one, so that there always is one.
TEST(AFloodOfDatagrams, LeavesAQuietClientItsAnswer) {
  auto reads_datagrams = [](Executor&, Served& served) -> Async<> {
    UdpSocket here = UdpSocket::bind(Address::loopback(0));
    UdpSocket there = UdpSocket::bind(Address::loopback(0));
    there.connect(here.local_address());
    const auto one_more = [&there] { EXPECT_EQ(::send(there.fd(), "x", 1, 0), 1); };
    for (int i = 0; i < 10; ++i) one_more();
    std::array<char, 8> buffer;
    for (int i = 0; i < kFlood; ++i) {
      const Datagram got = co_await here.recv_from(buffer);
      EXPECT_EQ(got.size, 1u);
      one_more();
      if (served.one_more()) break;
    }
  };
  EXPECT_LT(served_until_heard(reads_datagrams), kSoon);
}

TEST(AFloodOfLines, LetsCtrlCThrough) {
  bool stopped = false;
  auto stops = [](bool& said) -> Async<> {
    co_await signal(SIGINT);
    said = true;
  };
  auto reads_lines = [](Executor& executor, const bool& said, int& lines_read) -> Async<> {
    UnixStream flood = flood_of_lines(executor);
    auto text = lines(flood);
    for (;;) {
      auto line = co_await next(text);
      if (!line || said) break;
      if (++lines_read == kBegun) ::raise(SIGINT);
    }
  };
  Executor executor;
  int lines_read = 0;
  executor.spawn(stops(stopped));
  auto flooded = reads_lines(executor, stopped, lines_read);
  executor.block_on(flooded);
  EXPECT_TRUE(stopped);
  EXPECT_LT(lines_read - kBegun, kSoon);
}

}  // namespace flood_test
}  // namespace book
