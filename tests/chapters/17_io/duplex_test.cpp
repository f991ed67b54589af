// duplex: two streams in memory, against what the other end of a connection would see.
#include "17_io/ends/duplex.h"

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

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "09_streams/sink.h"
#include "17_io/bytes/io.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"

namespace book {
namespace duplex_test {

using namespace std::chrono_literals;
static_assert(AsyncRead<DuplexStream> && AsyncWrite<DuplexStream>);

/// One side polled by hand; each side has a task of its own.
struct Side {
  explicit Side(DuplexStream s) : stream(std::move(s)) {}

  Poll<std::size_t> write(std::string_view text) { return stream.poll_write(cx, text); }
  /// What one read gives: nothing when it has to wait.
  std::optional<std::string> read(std::size_t most = 100) {
    std::string text(most, '\0');
    const Poll<std::size_t> got = stream.poll_read(cx, text);
    if (got.is_pending()) return std::nullopt;
    text.resize(got.value());
    return text;
  }
  void close() { (void)stream.poll_close(cx); }

  test::CountingWaker task;
  Context cx{task.waker()};
  DuplexStream stream;
};

struct Pair {
  explicit Pair(std::size_t capacity) : Pair(duplex(capacity)) {}
  explicit Pair(std::pair<DuplexStream, DuplexStream> ends) {
    near = std::make_unique<Side>(std::move(ends.first));
    far = std::make_unique<Side>(std::move(ends.second));
  }
  std::unique_ptr<Side> near, far;
};

TEST(Duplex, WhatOneSideWritesTheOtherReads) {
  Pair pair(16);
  EXPECT_EQ(pair.near->write("ping").value(), 4u);
  EXPECT_EQ(pair.far->write("pong!").value(), 5u);
  EXPECT_EQ(pair.far->read(), "ping");
  EXPECT_EQ(pair.near->read(), "pong!");
  EXPECT_EQ(pair.near->read(), std::nullopt) << "and then it waits";
}

TEST(Duplex, TakesNoMoreThanItHasRoomForAndWakesTheWriterWhenThereIsSome) {
  Pair pair(4);
  EXPECT_EQ(pair.near->write("abcdef").value(), 4u);
  EXPECT_TRUE(pair.near->write("ef").is_pending());
  EXPECT_EQ(pair.near->task.wakes(), 0);
  EXPECT_EQ(pair.far->read(1), "a");
  EXPECT_EQ(pair.near->task.wakes(), 1);
  EXPECT_EQ(pair.near->write("ef").value(), 1u);
  EXPECT_EQ(pair.far->read(), "bcde") << "in order, across the seam of the ring";
}

TEST(Duplex, WakesTheReaderWhenSomethingHasCome) {
  Pair pair(4);
  EXPECT_EQ(pair.far->read(), std::nullopt);
  EXPECT_EQ(pair.near->write("x").value(), 1u);
  EXPECT_EQ(pair.far->task.wakes(), 1);
  EXPECT_EQ(pair.near->write("y").value(), 1u);
  EXPECT_EQ(pair.far->task.wakes(), 1) << "nobody waited any more";
}

TEST(Duplex, EveryCutAndEveryCapacityKeepsTheBytesInOrder) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t capacity = 1; capacity <= 9; ++capacity) {
    for (std::size_t piece = 1; piece <= 11; ++piece) {
      Pair pair(capacity);
      std::string got;
      std::size_t sent = 0;
      while (got.size() < text.size()) {
        const auto taken = pair.near->write(std::string_view(text).substr(sent));
        if (taken.is_ready()) sent += taken.value();
        got += pair.far->read(piece).value_or("");
      }
      EXPECT_EQ(got, text) << "capacity " << capacity << ", reads of " << piece;
    }
  }
}

TEST(Duplex, CloseIsTheEndAfterWhatWasWritten) {
  Pair pair(16);
  (void)pair.near->write("last words");
  pair.near->close();
  pair.near->close();
  EXPECT_EQ(pair.far->read(4), "last");
  EXPECT_EQ(pair.far->read(), " words");
  EXPECT_EQ(pair.far->read(), "");
  EXPECT_EQ(pair.far->read(), "") << "an end stays";
}

TEST(Duplex, CloseWakesTheReaderAndLeavesTheOtherDirectionOpen) {
  Pair pair(16);
  EXPECT_EQ(pair.far->read(), std::nullopt);
  pair.near->close();
  EXPECT_EQ(pair.far->task.wakes(), 1);
  EXPECT_EQ(pair.far->write("an answer").value(), 9u);
  EXPECT_EQ(pair.near->read(), "an answer");
}

TEST(Duplex, WritingAfterTheOwnCloseIsEpipe) {
  Pair pair(4);
  pair.near->close();
  EXPECT_EQ(test::error_of([&] { return pair.near->write("x"); }), EPIPE);
}

TEST(Duplex, ASideThatIsGoneIsTheEndForTheReaderAndEpipeForTheWriter) {
  Pair pair(16);
  (void)pair.near->write("bye");
  pair.near.reset();
  EXPECT_EQ(test::error_of([&] { return pair.far->write("x"); }), EPIPE);
  EXPECT_EQ(pair.far->read(), "bye");
  EXPECT_EQ(pair.far->read(), "");
}

TEST(Duplex, ASideThatGoesWakesWhoeverWaitsForIt) {
  Pair pair(2);
  EXPECT_EQ(pair.far->write("xx").value(), 2u);
  EXPECT_TRUE(pair.far->write("y").is_pending());
  EXPECT_EQ(pair.far->read(), std::nullopt);
  pair.near.reset();
  EXPECT_EQ(pair.far->task.wakes(), 2) << "the reader, and the writer";
  EXPECT_EQ(pair.far->task.kept(), 0);
}

TEST(Duplex, AWriterThatWaitsIsWokenWhenItsOwnSideIsClosed) {
  Pair pair(1);
  (void)pair.near->write("x");
  EXPECT_TRUE(pair.near->write("y").is_pending());
  pair.near->close();
  EXPECT_EQ(pair.near->task.wakes(), 1);
  EXPECT_EQ(test::error_of([&] { return pair.near->write("y"); }), EPIPE);
}

TEST(Duplex, ASecondTaskInTheSamePlaceIsToldSo) {
  Pair pair(1);
  EXPECT_EQ(pair.near->read(), std::nullopt);
  std::array<char, 1> byte{};
  EXPECT_THROW((void)pair.near->stream.poll_read(pair.far->cx, byte), std::logic_error);
  (void)pair.near->write("x");
  EXPECT_TRUE(pair.near->write("x").is_pending()) << "its own other direction is free";
  EXPECT_THROW((void)pair.near->stream.poll_write(pair.far->cx, byte), std::logic_error);
}

TEST(Duplex, ADroppedReadLeavesItsPlaceToAnother) {
  Pair pair(4);
  std::array<char, 4> buffer{};
  {
    auto waits = read(pair.near->stream, buffer);
    EXPECT_TRUE(waits.poll(pair.near->cx).is_pending());
    EXPECT_EQ(pair.near->task.kept(), 2) << "the duplex's, and the future's own";
  }
  EXPECT_EQ(pair.near->task.kept(), 0);
  auto other = read(pair.near->stream, buffer);
  EXPECT_TRUE(other.poll(pair.far->cx).is_pending());
}

TEST(Duplex, OfTwoFuturesOfATaskTheOneThatIsDroppedLeavesTheOtherAwake) {
  Pair pair(4);
  std::array<char, 4> buffer{};
  auto reading = read(pair.near->stream, buffer);
  EXPECT_TRUE(reading.poll(pair.near->cx).is_pending());
  {
    auto readable = pair.near->stream.readable();
    EXPECT_TRUE(readable.poll(pair.near->cx).is_pending());
  }
  EXPECT_EQ(pair.near->task.wakes(), 1) << "the waker has gone with it: come and leave another";
  EXPECT_TRUE(reading.poll(pair.near->cx).is_pending());
  (void)pair.far->write("x");
  EXPECT_EQ(pair.near->task.wakes(), 2);
}

TEST(Duplex, NoBytesAtAllNeverWait) {
  Pair pair(1);
  EXPECT_EQ(pair.near->read(0), "");
  EXPECT_EQ(pair.near->write("").value(), 0u);
  (void)pair.near->write("x");
  EXPECT_EQ(pair.near->write("").value(), 0u);
}

TEST(Duplex, MovesAndIsAssigned) {
  Pair pair(8);
  (void)pair.near->write("moved");
  DuplexStream elsewhere = std::move(pair.far->stream);
  pair.far->stream = std::move(elsewhere);
  EXPECT_EQ(pair.far->read(), "moved");
  pair.near->stream = duplex(1).first;
  EXPECT_EQ(pair.far->read(), "") << "the old side is gone";
}

TEST(Duplex, NoCapacityIsRefused) { EXPECT_THROW((void)duplex(0), std::invalid_argument); }

/// What a contract trial needs alive: both ends, and a buffer.
struct Trial {
  std::pair<DuplexStream, DuplexStream> ends = duplex(4);
  std::array<char, 4> buffer{};
  Waker noop = Waker::noop();
};

TEST(Duplex, ReadAndReadableKeepTheContract) {
  const auto send = [](const std::shared_ptr<Trial>& trial) {
    return [trial] {
      Context cx(trial->noop);
      (void)trial->ends.second.poll_write(cx, std::string_view("abc"));
    };
  };
  std::shared_ptr<Trial> trial;
  test::expect_contract(
      [&] {
        trial = std::make_shared<Trial>();
        return test::subject(read(trial->ends.first, trial->buffer), send(trial));
      },
      {}, [](std::size_t n) { return n == 3; });
  test::expect_contract([&] {
    trial = std::make_shared<Trial>();
    return test::subject(trial->ends.first.readable(), send(trial));
  });
}

TEST(Duplex, WriteAllKeepsTheContract) {
  std::shared_ptr<Trial> trial;
  test::expect_contract(
      [&] {
        trial = std::make_shared<Trial>();
        return test::subject(write_all(trial->ends.first, "abcdefgh"), [trial] {
          Context cx(trial->noop);
          (void)trial->ends.second.poll_read(cx, trial->buffer);
        });
      },
      {}, [] { return true; });
}

Async<std::string> asks(DuplexStream stream) {
  co_await sleep(10min);
  co_await write_all(stream, "how late is it?");
  co_await close(stream);
  std::string answer(11, '\0');
  co_await read_exact(stream, answer);
  co_return answer;
}

Async<std::string> answers(DuplexStream stream) {
  std::string question;
  std::array<char, 4> buffer{};
  for (;;) {
    const std::size_t n = co_await read(stream, buffer);
    if (n == 0) break;
    question.append(buffer.data(), n);
  }
  co_await sleep(50min);
  co_await write_all(stream, "an hour now");
  co_return question;
}

ASYNC_TEST(Duplex, AnHoursConversationTakesNoTimeWhenTimeIsVirtual) {
  auto ends = duplex(3);
  const Instant start = Reactor::current().now();
  auto both = co_await join(asks(std::move(ends.first)), answers(std::move(ends.second)));
  EXPECT_EQ(std::get<0>(both), "an hour now");
  EXPECT_EQ(std::get<1>(both), "how late is it?");
  EXPECT_EQ(Reactor::current().now() - start, 60min);
}

TEST(Duplex, TwoWhoBothReadAreADeadlockWithTheReason) {
  auto [client, server] = duplex(3);
  std::array<char, 4> a{}, b{};
  Executor executor({.time = TimeMode::virtual_time});
  try {
    executor.block_on(join(read(client, a), read(server, b)));
    ADD_FAILURE() << "nobody wrote";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("other side of a duplex"), std::string::npos)
        << error.what();
  }
}

}  // namespace duplex_test
}  // namespace book
