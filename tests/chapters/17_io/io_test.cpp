// read, read_exact and write_all over a stream whose every piece is scripted.
#include "17_io/io.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>

#include "17_io/tcp.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/faulty_stream.h"

namespace book {
namespace {

using namespace std::string_literals;

/// Gives and takes what it is told to: a text is a piece to read, a number is room to write; an
/// empty text or a zero is "not now".
struct Scripted {
  std::deque<std::string> pieces;
  std::deque<std::size_t> rooms;
  std::string written;

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    if (pieces.empty()) return std::size_t{0};
    std::string& piece = pieces.front();
    if (piece.empty()) {
      pieces.pop_front();
      cx.waker().wake_by_ref();
      return pending;
    }
    const std::size_t n = piece.copy(buffer.data(), buffer.size());
    piece.erase(0, n);
    if (piece.empty()) pieces.pop_front();
    return n;
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    if (rooms.empty()) return std::size_t{0};
    const std::size_t n = std::min(rooms.front(), bytes.size());
    rooms.pop_front();
    if (n == 0) {
      cx.waker().wake_by_ref();
      return pending;
    }
    written.append(bytes.data(), n);
    return n;
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) { return Poll<void>::ready(); }
};
static_assert(AsyncRead<Scripted> && AsyncWrite<Scripted>);
static_assert(AsyncRead<TcpStream> && AsyncWrite<TcpStream>);

/// Polls until it is ready; how many polls that took.
template <class F>
int drive(F&& future) {
  test::CountingWaker counter;
  Context cx(counter.waker());
  int polls = 1;
  while (future.poll(cx).is_pending()) ++polls;
  return polls;
}

TEST(Read, GivesWhatIsThereAndZeroAtTheEnd) {
  Scripted io{{"abc"}, {}, {}};
  std::array<char, 8> buffer;
  test::CountingWaker counter;
  Context cx(counter.waker());
  EXPECT_EQ(read(io, buffer).poll(cx).value(), 3u);
  EXPECT_EQ(std::string_view(buffer.data(), 3), "abc");
  EXPECT_EQ(read(io, buffer).poll(cx).value(), 0u);
}

TEST(ReadExact, PutsPiecesTogether) {
  Scripted io{{"a", "", "bc", "", "", "defg"}, {}, {}};
  std::array<char, 5> buffer;
  EXPECT_EQ(drive(read_exact(io, buffer)), 4);
  EXPECT_EQ(std::string_view(buffer.data(), 5), "abcde");
  EXPECT_EQ(io.pieces, std::deque<std::string>{"fg"}) << "it takes no more than was asked for";
}

TEST(ReadExact, SaysThatTheStreamEndedTooEarly) {
  Scripted io{{"abc"}, {}, {}};
  std::array<char, 5> buffer;
  EXPECT_THROW(drive(read_exact(io, buffer)), UnexpectedEnd);
}

TEST(ReadExact, OfNothingIsReadyAtOnce) {
  Scripted io;
  EXPECT_EQ(drive(read_exact(io, std::span<char>{})), 1);
}

TEST(WriteAll, WritesTheRestUntilNothingIsLeft) {
  Scripted io{{}, {2, 0, 1, 0, 0, 100}, {}};
  EXPECT_EQ(drive(write_all(io, "abcdef")), 4);
  EXPECT_EQ(io.written, "abcdef");
}

TEST(WriteAll, ToAStreamThatTakesNothingMoreIsAnError) {
  Scripted io{{}, {2}, {}};
  EXPECT_THROW(drive(write_all(io, "abc")), UnexpectedEnd);
}

TEST(IoFutures, KeepTheContract) {
  std::array<char, 2> buffer;
  auto factory = [&](auto make) {
    return [&buffer, make] {
      auto io = std::make_shared<Scripted>(Scripted{{"", "ab"}, {0, 100}, {}});
      auto future = make(*io, buffer);
      return test::subject(std::move(future), [io] {});  // the event keeps the stream alive
    };
  };
  const test::ContractOptions wakes_itself{.wakes_itself = true};
  test::expect_contract(factory([](Scripted& io, std::span<char> b) { return read(io, b); }),
                        wakes_itself);
  test::expect_contract(factory([](Scripted& io, std::span<char> b) { return read_exact(io, b); }),
                        wakes_itself);
  test::expect_contract(
      factory([](Scripted& io, std::span<char>) { return write_all(io, "hello"); }), wakes_itself);
}

TEST(FaultyStream, GivesAndTakesSmallPiecesAfterWaits) {
  Scripted io{{"hello"}, {100, 100, 100}, {}};
  test::FaultyStream line(io, {.piece = 2, .waits = 1}, {.piece = 1});
  std::array<char, 5> word;
  EXPECT_EQ(drive(read_exact(line, word)), 4) << "three pieces, and a wait before each";
  EXPECT_EQ(std::string_view(word.data(), 5), "hello");
  EXPECT_EQ(drive(write_all(line, "abc")), 1);
  EXPECT_EQ(io.written, "abc");
  EXPECT_EQ(line.reads(), 3);
  EXPECT_EQ(line.writes(), 3);
}

TEST(FaultyStream, FailsAndEndsAtTheCallItWasTold) {
  std::array<char, 5> word;
  for (int call = 1; call <= 3; ++call) {
    Scripted io{{"abcde"}, {}, {}};
    test::FaultyStream failing(io, {.piece = 2, .fail_at = call, .error = ETIMEDOUT});
    EXPECT_THROW(drive(read_exact(failing, word)), std::system_error);
    EXPECT_EQ(failing.reads(), call);
    EXPECT_EQ(io.pieces.front(), std::string("abcde").substr(2u * static_cast<unsigned>(call - 1)));
    test::FaultyStream ending(Scripted{{"abcde"}, {}, {}}, {.piece = 2, .end_at = call});
    EXPECT_THROW(drive(read_exact(ending, word)), UnexpectedEnd);
  }
}

TEST(FaultyStream, StallsUntilItRecoversAndForgetsWhoeverGivesUp) {
  test::FaultyStream line(Scripted{{"abcde"}, {}, {}}, {.piece = 2, .stall_at = 2});
  std::array<char, 5> word;
  test::CountingWaker counter;
  Context cx(counter.waker());
  {
    auto given_up = read_exact(line, word);
    EXPECT_TRUE(given_up.poll(cx).is_pending());
    EXPECT_EQ(counter.wakes(), 0);
  }
  EXPECT_EQ(counter.kept(), 0);
  auto rest = read_exact(line, std::span<char>(word).first(3));
  EXPECT_TRUE(rest.poll(cx).is_pending());
  line.recover();
  EXPECT_EQ(counter.wakes(), 1);
  EXPECT_TRUE(rest.poll(cx).is_ready());
  EXPECT_EQ(std::string_view(word.data(), 3), "cde");
}

}  // namespace
}  // namespace book
