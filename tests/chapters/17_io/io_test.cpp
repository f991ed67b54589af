// The futures of io.h over streams whose every piece, wait and error is scripted.
#include "17_io/bytes/io.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "17_io/sockets/tcp.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/faulty_stream.h"

namespace book {
namespace io_test {

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

template <class F>
OutputOf<F> outcome_of(F&& future) {
  test::CountingWaker counter;
  Context cx(counter.waker());
  for (;;) {
    Poll<OutputOf<F>> poll = future.poll(cx);
    if (poll.is_ready()) return std::move(poll).value();
  }
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

TEST(WriteAll, ToAStreamThatTakesNothingMoreIsAnErrorThatSpeaksOfWriting) {
  Scripted io{{}, {2}, {}};
  try {
    drive(write_all(io, "abc"));
    FAIL() << "a byte is missing";
  } catch (const UnexpectedEnd& error) {
    EXPECT_EQ(error.direction(), Direction::write);
    EXPECT_NE(std::string(error.what()).find("written"), std::string::npos) << error.what();
  }
}

TEST(Write, WritesWhatGoesNow) {
  Scripted io{{}, {0, 2}, {}};
  EXPECT_EQ(drive(write(io, "abc")), 2);
  EXPECT_EQ(io.written, "ab");
}

TEST(ReadToEnd, GivesEverythingHoweverItComes) {
  std::string all(10'000, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 7919 >> 8);
  for (const std::size_t piece : {1u, 7u, 1023u, 1024u, 1025u, 10'000u}) {
    Scripted io{{all}, {}, {}};
    test::FaultyStream line(io, {.piece = piece, .waits = 1});
    EXPECT_TRUE(outcome_of(read_to_end(line, all.size())) == all) << piece;
  }
  EXPECT_EQ(outcome_of(read_to_end(*std::make_unique<Scripted>(), 100)), "");
}

/// Always has more, until `size` bytes have come.
struct Flood {
  std::size_t size;
  std::size_t given = 0;
  Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
    const std::size_t n = std::min(size - given, buffer.size());
    std::fill_n(buffer.begin(), n, 'x');
    given += n;
    return n;
  }
};

TEST(ReadToEnd, GivesWayAfter256KiB) {
  constexpr std::size_t kTurn = 256 * 1024;
  Flood flood{10 * kTurn + 1};
  test::CountingWaker waker;
  Context cx(waker.waker());
  auto all = read_to_end(flood, 20 * kTurn);
  int turns = 0;
  for (;;) {
    const std::size_t before = flood.given;
    Poll<std::string> text = all.poll(cx);
    EXPECT_LE(flood.given - before, 2 * kTurn) << "in one turn";
    if (text.is_ready()) {
      EXPECT_EQ(std::move(text).value(), std::string(10 * kTurn + 1, 'x'));
      break;
    }
    ASSERT_EQ(waker.wakes(), ++turns) << "it says pending, and nobody will wake it";
  }
  EXPECT_GE(turns, 5);
}

TEST(ReadToEnd, KeepsAtMostWhatIsAllowed) {
  const std::string all(5000, 'x');
  for (const std::size_t limit :
       {std::size_t{4999}, std::size_t{1024}, std::size_t{1}, std::size_t{0}}) {
    Scripted io{{all}, {}, {}};
    try {
      (void)outcome_of(read_to_end(io, limit));
      ADD_FAILURE() << "5000 bytes where " << limit << " were allowed";
    } catch (const StreamTooLong& error) {
      EXPECT_EQ(error.limit(), limit);
      EXPECT_NE(std::string(error.what()).find(std::to_string(limit)), std::string::npos);
    }
  }
  Scripted just_so{{all}, {}, {}}, no_limit{{all}, {}, {}};
  EXPECT_EQ(outcome_of(read_to_end(just_so, 5000)).size(), 5000u);
  EXPECT_EQ(outcome_of(read_to_end(no_limit, static_cast<std::size_t>(-1))).size(), 5000u);
}

/// A Scripted that takes several pieces at once.
struct Gathering : Scripted {
  std::deque<std::size_t> lengths;  ///< of the lists it was given
  Poll<std::size_t> poll_write_vectored(Context& cx, ConstBuffers pieces) {
    lengths.push_back(pieces.size());
    std::string all;
    for (const std::string_view piece : pieces) all += piece;
    return poll_write(cx, all);
  }
};
static_assert(VectoredWrite<Gathering> && !VectoredWrite<Scripted> && VectoredWrite<TcpStream>);

TEST(WriteAllVectored, WritesThePiecesInOrderHoweverTheyAreTaken) {
  const std::array<std::string_view, 6> pieces = {"", "head", "", "b", "ody", ""};
  for (std::size_t room = 1; room <= 9; ++room) {
    Gathering at_once;
    Scripted one_by_one;
    for (int i = 0; i < 20; ++i) {
      for (const std::size_t r : {std::size_t{0}, room}) {
        at_once.rooms.push_back(r);
        one_by_one.rooms.push_back(r);
      }
    }
    drive(write_all_vectored(at_once, pieces));
    drive(write_all_vectored(one_by_one, pieces));
    EXPECT_EQ(at_once.written, "headbody") << room;
    EXPECT_EQ(one_by_one.written, "headbody") << room;
    EXPECT_EQ(at_once.lengths.front(), 5u) << "an empty piece at the front is passed over";
  }
}

TEST(WriteAllVectored, OfNothingIsReadyAtOnceAndALongListGoesInParts) {
  Gathering io;
  EXPECT_EQ(drive(write_all_vectored(io, ConstBuffers{})), 1);
  const std::array<std::string_view, 2> empty = {"", ""};
  EXPECT_EQ(drive(write_all_vectored(io, empty)), 1);
  const std::vector<std::string_view> many(100, "ab");
  io.rooms.assign(100, 1000);
  drive(write_all_vectored(io, many));
  EXPECT_EQ(io.written.size(), 200u);
  EXPECT_LE(io.lengths.size(), 10u);
}

TEST(WriteAllVectored, ToAStreamThatTakesNothingMoreIsAnError) {
  const std::array<std::string_view, 2> pieces = {"ab", "cd"};
  Gathering io;
  io.rooms = {3};
  EXPECT_THROW(drive(write_all_vectored(io, pieces)), UnexpectedEnd);
  EXPECT_EQ(io.written, "abc");
}

TEST(CloseAndFlush, AreFuturesOfAnyStreamAndLetGoOfTheirPlace) {
  test::FaultyStream line(Scripted{}, {}, {}, {.waits = 2});
  EXPECT_EQ(drive(flush(line)), 1);
  EXPECT_EQ(drive(close(line)), 3);
  EXPECT_EQ(line.closes(), 1);
  test::FaultyStream stalled(Scripted{}, {}, {}, {.stall_at = 1});
  test::CountingWaker counter;
  Context cx(counter.waker());
  {
    auto given_up = close(stalled);
    EXPECT_TRUE(given_up.poll(cx).is_pending());
    EXPECT_GT(counter.kept(), 0);
  }
  EXPECT_EQ(counter.kept(), 0);
}

/// Says once "not now", and then that it is broken.
struct Breaks {
  Waker waiter = {};
  bool waited = false;

  Poll<std::size_t> poll_read(Context& cx, std::span<char>) {
    if (std::exchange(waited, true))
      throw std::system_error(ECONNRESET, std::generic_category(), "read");
    cx.store(waiter, "a piece");
    return pending;
  }
  void forget(Direction, const Waker& waker) noexcept {
    if (waiter.will_wake(waker)) waiter = Waker();
  }
};

TEST(IoFutures, OneThatThrewKeepsNoWaker) {
  Breaks line;
  std::array<char, 4> buffer;
  test::CountingWaker counter;
  Context cx(counter.waker());
  auto broken = read(line, buffer);
  EXPECT_TRUE(broken.poll(cx).is_pending());
  EXPECT_EQ(counter.kept(), 2) << "the stream's, and the future's own";
  EXPECT_THROW((void)broken.poll(cx), std::system_error);
  EXPECT_EQ(counter.kept(), 0) << "it has ended, and is still there";
}

TEST(IoFutures, CanBeDroppedAtEveryWaitAndFailAtEveryCall) {
  const std::array<std::string_view, 3> pieces = {"ab", "c", "de"};
  for (int k = 1; k <= 5; ++k) {
    test::FaultyStream dropped(Scripted{{"abcde"}, std::deque<std::size_t>(20, 1), {}},
                               {.piece = 1, .stall_at = k}, {.piece = 1, .stall_at = k});
    test::FaultyStream broken(Scripted{{"abcde"}, std::deque<std::size_t>(20, 1), {}},
                              {.piece = 1, .waits = 1, .fail_at = k},
                              {.piece = 1, .waits = 1, .fail_at = k});
    std::array<char, 5> word;
    test::CountingWaker counter;
    Context cx(counter.waker());
    {
      auto reading = read_to_end(dropped, 100);
      auto writing = write_all_vectored(dropped, pieces);
      EXPECT_TRUE(reading.poll(cx).is_pending());
      EXPECT_TRUE(writing.poll(cx).is_pending());
    }
    EXPECT_EQ(counter.kept(), 0);
    EXPECT_EQ(dropped.stream().written,
              std::string("abcde").substr(0, static_cast<std::size_t>(k - 1)));
    EXPECT_THROW(drive(write_all_vectored(broken, pieces)), std::system_error);
    EXPECT_EQ(broken.stream().written,
              std::string("abcde").substr(0, static_cast<std::size_t>(k - 1)));
    EXPECT_THROW(drive(read_exact(broken, word)), std::system_error);
    EXPECT_THROW(drive(read_to_end(broken, 100)), std::system_error);
  }
}

TEST(IoFutures, KeepTheContract) {
  std::array<char, 2> buffer;
  auto factory = [&](auto make) {
    return [&buffer, make] {
      auto io = std::make_shared<Scripted>(Scripted{{"", "ab"}, {0, 100, 100}, {}});
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
  test::expect_contract(factory([](Scripted& io, std::span<char>) { return write(io, "hello"); }),
                        wakes_itself, [](std::size_t n) { return n == 5; });
  test::expect_contract(factory([](Scripted& io, std::span<char>) { return read_to_end(io, 10); }),
                        wakes_itself, [](const std::string& all) { return all == "ab"; });
  static constexpr std::array<std::string_view, 2> kPieces = {"hel", "lo"};
  test::expect_contract(
      factory([](Scripted& io, std::span<char>) { return write_all_vectored(io, kPieces); }),
      {.wakes_itself = true});
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

}  // namespace io_test
}  // namespace book
