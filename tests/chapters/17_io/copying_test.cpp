// copy and copy_bidirectional: pieces, ends, errors, backpressure, fairness.
#include "17_io/bytes/copy.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "09_streams/sink.h"
#include "17_io/ends/duplex.h"
#include "chapters/17_io/pieces.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/faulty_stream.h"

namespace book {
namespace copying_test {

using test::drive;
using test::Sink;
using test::Source;

/// A Sink whose writes arrive only when they are flushed.
struct Collecting : Sink {
  std::string arrived;
  int flush_waits = 0;
  Poll<void> poll_flush(Context& cx) {
    if (flush_waits-- > 0) {
      cx.waker().wake_by_ref();
      return pending;
    }
    flush_waits = 0;
    arrived = written;
    return Poll<void>::ready();
  }
};

TEST(Copy, PassesEveryPieceOnAndSaysHowMuchItWas) {
  Source from{{"ab", "", "cdef", "g"}};
  Sink to{{1, 0, 1, 3}};
  EXPECT_EQ(drive(copy(from, to)), 7u);
  EXPECT_EQ(to.written, "abcdefg");
  EXPECT_EQ(to.closes, 0) << "whoever copies may have more to say";
}

TEST(Copy, OfNothingIsNothing) {
  Source from;
  Sink to;
  EXPECT_EQ(drive(copy(from, to)), 0u);
}

TEST(Copy, EveryCutComesOutTheSame) {
  const std::string text = "what goes in comes out";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    for (std::size_t room = 1; room <= 5; ++room) {
      Source from;
      for (std::size_t at = 0; at < text.size(); at += piece) {
        from.pieces.push_back(text.substr(at, piece));
        from.pieces.emplace_back();
      }
      Sink to;
      for (std::size_t i = 0; i < text.size(); ++i) {
        to.rooms.push_back(room);
        to.rooms.push_back(0);
      }
      EXPECT_EQ(drive(copy(from, to)), text.size());
      EXPECT_EQ(to.written, text) << "pieces of " << piece << ", room for " << room;
    }
  }
}

TEST(Copy, DoesNotReadBeforeTheLastPieceIsWritten) {
  Source from{{std::string(20'000, 'x')}};
  Sink to{{10, 0, 0, 0}};
  auto copying = copy(from, to);
  EXPECT_FALSE(test::poll_for(copying, 3));
  EXPECT_EQ(from.reads, 1) << "one piece on its way, not the whole stream in memory";
  EXPECT_LE(from.largest, 16u * 1024);
  EXPECT_EQ(drive(copying), 20'000u);
}

TEST(Copy, FlushesAtTheEndAndWaitsForIt) {
  Source from{{"last words"}};
  Collecting to;
  to.flush_waits = 2;
  test::CountingWaker counter;
  Context cx(counter.waker());
  auto copying = copy(from, to);
  EXPECT_TRUE(copying.poll(cx).is_pending());
  EXPECT_TRUE(copying.poll(cx).is_pending());
  EXPECT_EQ(copying.poll(cx).value(), 10u);
  EXPECT_EQ(to.arrived, "last words");
}

TEST(Copy, FlushesWhileItHasToWaitForMore) {
  Source from{{"are you there?"}, true};
  Collecting to;
  auto copying = copy(from, to);
  EXPECT_FALSE(test::poll_for(copying, 1));
  EXPECT_EQ(to.arrived, "are you there?") << "the answer to it may be what it waits for";
}

TEST(Copy, AWriterThatTakesNothingIsAnError) {
  struct Full : Sink {
    Poll<std::size_t> poll_write(Context&, std::span<const char>) { return std::size_t{0}; }
  } to;
  Source from{{"x"}};
  EXPECT_THROW((void)drive(copy(from, to)), UnexpectedEnd);
}

TEST(Copy, FromAnEndlessSourceLetsTheOthersHaveTheirTurn) {
  struct Endless {
    Poll<std::size_t> poll_read(Context&, std::span<char> buffer) { return buffer.size(); }
  } from;
  struct Nowhere : Sink {
    Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) { return bytes.size(); }
  } to;
  auto copying = copy(from, to);
  test::CountingWaker counter;
  Context cx(counter.waker());
  EXPECT_TRUE(copying.poll(cx).is_pending()) << "it has to come back without having ended";
  EXPECT_EQ(counter.wakes(), 1) << "and to ask for its next turn";
}

/// What a contract trial needs alive.
struct Trial {
  std::pair<DuplexStream, DuplexStream> a = duplex(8), b = duplex(8);
  const Waker noop = Waker::noop();
  void say_the_end(DuplexStream& side) {
    Context cx(noop);
    (void)side.poll_close(cx);
  }
};

TEST(Copy, KeepsTheContractAndSoDoesCopyBidirectional) {
  std::vector<std::shared_ptr<Trial>> all;  // each outlives its subject
  test::expect_contract(
      [&] {
        auto trial = all.emplace_back(std::make_shared<Trial>());
        return test::subject(copy(trial->a.second, trial->b.first),
                             [trial] { trial->say_the_end(trial->a.first); });
      },
      {}, [](std::size_t n) { return n == 0; });
  test::expect_contract(
      [&] {
        auto trial = all.emplace_back(std::make_shared<Trial>());
        return test::subject(copy_bidirectional(trial->a.second, trial->b.first), [trial] {
          trial->say_the_end(trial->a.first);
          trial->say_the_end(trial->b.second);
        });
      },
      {}, [](BothWays n) { return n.a_to_b == 0 && n.b_to_a == 0; });
}

TEST(Copy, DroppedAtAnyMomentItLeavesNobodyWaiting) {
  for (int polls = 1; polls <= 6; ++polls) {
    Trial trial;
    Context theirs(trial.noop);
    test::CountingWaker task;
    Context cx(task.waker());
    {
      auto copying = copy_bidirectional(trial.a.second, trial.b.first);
      for (int i = 0; i < polls; ++i) {
        EXPECT_TRUE(copying.poll(cx).is_pending());
        (void)trial.a.first.poll_write(theirs, std::string_view("12345678"));
      }
      EXPECT_GT(task.kept(), 0);
    }
    EXPECT_EQ(task.kept(), 0) << "after " << polls << " polls";
  }
}

TEST(Copy, AnErrorAtAnyCallOfEitherSideComesOutAndLeavesNobodyWaiting) {
  const std::string text = "0123456789";
  for (int k = 1; k <= 10; ++k) {
    for (const bool reading : {true, false}) {
      const test::StreamFaults bad{.piece = 1, .waits = 1, .fail_at = k, .error = EIO};
      const test::StreamFaults good{.piece = 1, .waits = 1};
      Source source{{text}};
      Sink sink;
      test::FaultyStream from(source, reading ? bad : good);
      test::FaultyStream to(sink, {}, reading ? good : bad);
      test::CountingWaker task;
      Context cx(task.waker());
      int error = 0;
      {
        auto copying = copy(from, to);
        try {
          while (copying.poll(cx).is_pending()) continue;
        } catch (const std::system_error& e) {
          error = e.code().value();
        }
      }
      EXPECT_EQ(error, EIO);
      EXPECT_EQ(sink.written, text.substr(0, static_cast<std::size_t>(k) - 1)) << "the rest is not";
      EXPECT_EQ(task.kept(), 0);
    }
  }
}

Async<std::string> read_to_the_end(DuplexStream& stream) {
  std::string all;
  std::array<char, 5> buffer{};
  for (;;) {
    const std::size_t n = co_await read(stream, buffer);
    if (n == 0) break;
    all.append(buffer.data(), n);
  }
  co_return all;
}

Async<std::string> client(DuplexStream stream, std::string question) {
  co_await write_all(stream, question);
  co_await close(stream);
  std::string answer = co_await read_to_the_end(stream);
  co_return answer;
}

Async<> server(DuplexStream stream) {
  std::string answer = co_await read_to_the_end(stream);
  answer = "you said: " + answer;
  co_await write_all(stream, answer);
}

TEST(CopyBidirectional, PassesEachEndOnAndTheOtherDirectionGoesOn) {
  auto [outside, a] = duplex(7);
  auto [b, inside] = duplex(3);
  Executor executor({.time = TimeMode::virtual_time});
  const auto [answer, copied, served] =
      executor.block_on(join(client(std::move(outside), "a question, half-closed"),
                             copy_bidirectional(a, b), server(std::move(inside))));
  (void)served;
  EXPECT_EQ(answer, "you said: a question, half-closed");
  EXPECT_EQ(copied.a_to_b, 23u);
  EXPECT_EQ(copied.b_to_a, 33u);
}

/// The same through lines on which every byte comes alone, and waits.
ASYNC_TEST(CopyBidirectional, SurvivesTinyPiecesEverywhere) {
  auto left = duplex(5), right = duplex(2);
  const test::StreamFaults tiny{.piece = 1, .waits = 1};
  test::FaultyStream a(std::move(left.second), tiny, tiny, tiny);
  test::FaultyStream b(std::move(right.first), tiny, tiny, tiny);
  auto all = co_await join(client(std::move(left.first), "tiny"), copy_bidirectional(a, b),
                           server(std::move(right.second)));
  EXPECT_EQ(std::get<0>(all), "you said: tiny");
  EXPECT_EQ(std::get<1>(all).a_to_b, 4u);
  EXPECT_EQ(a.closes() + b.closes(), 2) << "each end was passed on once";
}

TEST(CopyBidirectional, TheOtherEndFirstWorksAsWell) {
  auto [outside, a] = duplex(7);
  auto [b, inside] = duplex(3);
  Executor executor({.time = TimeMode::virtual_time});
  const auto [served, copied, answer] =
      executor.block_on(join(server(std::move(outside)), copy_bidirectional(a, b),
                             client(std::move(inside), "the other way round")));
  (void)served;
  EXPECT_EQ(answer, "you said: the other way round");
  EXPECT_EQ(copied.b_to_a, 19u);
}

TEST(CopyBidirectional, AnErrorOfEitherEndsBoth) {
  auto [outside, a] = duplex(64);
  auto [b, inside] = duplex(64);
  test::CountingWaker task;
  Context cx(task.waker());
  auto proxy = copy_bidirectional(a, b);
  EXPECT_TRUE(proxy.poll(cx).is_pending());
  { const DuplexStream gone = std::move(inside); }
  EXPECT_EQ(outside.poll_write(cx, std::string_view("anybody?")).value(), 8u);
  try {
    (void)proxy.poll(cx);
    ADD_FAILURE() << "nobody reads at b any more";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EPIPE);
  }
  EXPECT_THROW((void)proxy.poll(cx), std::logic_error) << "it has ended";
}

TEST(CopyBidirectional, AFloodOneWayDoesNotDrownTheOther) {
  struct Flood : Sink {
    std::size_t read = 0;
    Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
      read += buffer.size();
      return buffer.size();
    }
    Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
      return Sink::poll_write(cx, bytes);
    }
  } a;
  struct Talker : Source, Sink {
    Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) { return bytes.size(); }
  } b;
  for (int i = 0; i < 100; ++i) b.Source::pieces.emplace_back("word ");
  auto proxy = copy_bidirectional(a, b);
  EXPECT_FALSE(test::poll_for(proxy, 20));
  EXPECT_EQ(a.written.size(), 500u) << "the flood from a is endless, and b has said everything";
  EXPECT_GT(a.read, 1'000'000u);
}

TEST(CopyBidirectional, AWriterWithoutRoomHoldsUpOnlyItsOwnDirection) {
  auto [outside, a] = duplex(4);
  auto [b, inside] = duplex(4);
  test::CountingWaker task;
  Context cx(task.waker());
  auto proxy = copy_bidirectional(a, b);
  for (int i = 0; i < 3; ++i) {
    (void)outside.poll_write(cx, std::string_view("stop"));  // nobody reads these inside
    EXPECT_TRUE(proxy.poll(cx).is_pending());
  }
  EXPECT_EQ(inside.poll_write(cx, std::string_view("go")).value(), 2u);
  EXPECT_TRUE(proxy.poll(cx).is_pending());
  std::array<char, 4> got{};
  EXPECT_EQ(outside.poll_read(cx, got).value(), 2u);
}

}  // namespace copying_test
}  // namespace book
