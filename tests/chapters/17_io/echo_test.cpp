// The pieces of chapter 17's story: the echo, the watched stream, the desk of buffers.
// And what the steady state of a connection costs, in system calls.
#include "17_io/story/echo.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/timeout.h"
#include "17_io/story/buffer_desk.h"
#include "17_io/story/story.h"
#include "17_io/story/watched.h"
#include "chapters/17_io/pieces.h"
#include "support/contract.h"
#include "support/descriptors.h"
#include "support/sanitizer.h"
#include "support/system_calls.h"

namespace book::story {
namespace echo_test {

using namespace std::chrono_literals;

TcpStream own(const test::Fd& fd) {
  return TcpStream(test::check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "dup"));
}

/// Reads from one script, writes to another.
struct InMemory {
  test::Source in;
  test::Sink out{};

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    return in.poll_read(cx, buffer);
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return out.poll_write(cx, bytes);
  }
  Poll<void> poll_flush(Context& cx) { return out.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return out.poll_close(cx); }
};

TEST(Echo, SendsBackEveryPieceToTheEnd) {
  InMemory stream{{{"he", "", "llo", "", "", "!"}}};
  stream.out.rooms = {1, 0, 0, 1, 2, 0, 1};
  test::drive(echo(stream));
  EXPECT_EQ(stream.out.written, "hello!");
}

TEST(Echo, CanBeDroppedAtEveryWait) {
  for (int polls = 0; polls <= 6; ++polls) {
    InMemory stream{{{"he", "", "llo", "", "", "!"}}};
    stream.out.rooms = {1, 0, 0, 1, 2, 0, 1};
    {
      auto echoing = echo(stream);
      EXPECT_FALSE(test::poll_for(echoing, polls)) << polls;
    }
    EXPECT_EQ(stream.out.written, std::string("hello!").substr(0, stream.out.written.size()));
  }
}

/// A connection that counts the answers it has given, and says so when there are enough.
struct Announcing {
  struct Tally {
    int answers = 0, awaited = 0;
    Waker waker{};
  };
  TcpStream stream;
  Tally* tally;

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    return stream.poll_read(cx, buffer);
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    Poll<std::size_t> taken = stream.poll_write(cx, bytes);
    if (taken.is_ready() && ++tally->answers == tally->awaited)
      std::exchange(tally->waker, Waker()).wake();
    return taken;
  }
  Poll<void> poll_flush(Context& cx) { return stream.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream.poll_close(cx); }
  void forget(Direction direction, const Waker& waker) noexcept { stream.forget(direction, waker); }
};

Async<> echo_session(Announcing stream) { co_await echo(stream); }

class SteadyState : public ::testing::Test {
 protected:
  /// This many clients ask once each; runs the server until all have their answers.
  void round(int clients) {
    tally_.awaited += clients;
    for (int i = 0; i < clients; ++i) test::write_all(far_[static_cast<std::size_t>(i)], "ping");
    executor_.block_on(poll_fn([this](Context& cx) -> Poll<void> {
      if (tally_.answers >= tally_.awaited) return Poll<void>::ready();
      cx.store(tally_.waker, "the answers of this round");
      return pending;
    }));
    char word[8];
    for (int i = 0; i < clients; ++i) {
      ASSERT_EQ(::read(far_[static_cast<std::size_t>(i)], word, sizeof word), 4);
    }
  }
  void connect(int clients) {
    for (int i = 0; i < clients; ++i) {
      test::SocketPair pair = test::SocketPair::tcp();
      executor_.spawn(echo_session(Announcing{own(pair.near), &tally_}));
      far_.push_back(std::move(pair.far));
    }
  }

  Announcing::Tally tally_;
  std::vector<test::Fd> far_;
  Executor executor_;
};

TEST_F(SteadyState, ARequestIsOneRecvAndOneSendAndAShareOfOneWait) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  constexpr int kClients = 8, kRounds = 50;
  connect(kClients);
  round(kClients);  // registers them
  const test::SystemCalls before = test::system_calls();
  for (int i = 0; i < kRounds; ++i) round(kClients);
  const test::SystemCalls calls = test::system_calls() - before;
  EXPECT_EQ(calls.of("recv"), kClients * kRounds);
  EXPECT_EQ(calls.of("send"), kClients * kRounds);
  EXPECT_EQ(calls.of("epoll_ctl"), 0);
  EXPECT_LE(calls.of("epoll_wait"), 2 * kRounds) << "eight that are ready together share a wait";
}

TEST_F(SteadyState, AloneItIsOneRecvAndOneSendAndOneWait) {
  if (test::under_sanitizer()) GTEST_SKIP() << "system calls are not counted under a sanitizer";
  constexpr int kRounds = 50;
  connect(1);
  round(1);
  const test::SystemCalls before = test::system_calls();
  for (int i = 0; i < kRounds; ++i) round(1);
  const test::SystemCalls calls = test::system_calls() - before;
  EXPECT_EQ(calls.of("recv"), kRounds);
  EXPECT_EQ(calls.of("send"), kRounds);
  EXPECT_LE(calls.of("epoll_wait"), kRounds + 2);
}

TEST(WatchedStream, CountsPiecesAndWaitsAndLetsGoOfItsReader) {
  test::SocketPair pair = test::SocketPair::tcp();
  Executor executor({.time = TimeMode::virtual_time});
  Counts in, out;
  Watched stream(own(pair.near), in, out);
  std::array<char, 16> buffer;
  {
    auto given_up = read(stream, buffer);
    EXPECT_FALSE(executor.block_on(timeout(5ms, given_up)));
  }
  EXPECT_TRUE(executor.reactor().waiting().nothing()) << "the read that was dropped still waits";
  test::write_all(pair.far, "abc");
  EXPECT_EQ(executor.block_on(read(stream, buffer)), 3u);
  executor.block_on(write_all(stream, "xy"));
  EXPECT_EQ(in.bytes, 3u);
  EXPECT_EQ(in.pieces, 1u);
  EXPECT_GE(in.waits, 1u);
  EXPECT_EQ(out.bytes, 2u);
  EXPECT_EQ(out.pieces, 1u);
}

TEST(WatchedStream, TheEndIsNoPiece) {
  test::SocketPair pair = test::SocketPair::tcp();
  Counts in, out;
  Watched stream(own(pair.near), in, out);
  pair.far.close();
  std::array<char, 16> buffer;
  EXPECT_EQ(block_on(read(stream, buffer)), 0u);
  EXPECT_EQ(in.pieces, 0u);
}

TEST(BufferDesk, BuysAsManyAsAreLentAtOnce) {
  BufferDesk desk;
  for (int i = 0; i < 10; ++i) {
    const BufferDesk::Loan one = desk.lend();
    EXPECT_EQ(desk.bought(), 1u);
  }
  std::vector<BufferDesk::Loan> loans;
  loans.reserve(5);
  for (int i = 0; i < 5; ++i) loans.push_back(desk.lend());
  EXPECT_EQ(desk.bought(), 5u);
  EXPECT_NE(loans[0].bytes().data(), loans[1].bytes().data());
  loans.clear();
  for (int i = 0; i < 5; ++i) loans.push_back(desk.lend());
  EXPECT_EQ(desk.bought(), 5u);
}

Async<std::string> knock(Address where) {
  TcpStream stream = co_await TcpStream::connect(where);
  co_await write_all(stream, "knock");
  std::array<char, 5> word;
  co_await read_exact(stream, word);
  co_return std::string(word.data(), word.size());
}

Async<> plain_session(TcpStream stream) { co_await echo(stream); }

TEST(House, ServesEveryVisitor) {
  House house({});
  house.open(plain_session);
  EXPECT_EQ(house.visit(knock(house.address())), "knock");
  EXPECT_EQ(house.visit(knock(house.address())), "knock");
}

}  // namespace echo_test
}  // namespace book::story
