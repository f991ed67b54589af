// BufWriter and Limited. (Chapter 17)
#include "17_io/bytes/buf_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "09_streams/sink.h"
#include "17_io/bytes/limited.h"
#include "17_io/ends/duplex.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace buf_writer_test {

/// Takes at most `room` bytes a call, and is pending every other time if it is `slow`.
struct Below {
  std::size_t room = 1'000'000;
  bool slow = false;
  std::string written{};
  int calls = 0, flushes = 0, closes = 0;
  bool turn = false;

  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    if (slow && (turn = !turn)) {
      cx.waker().wake_by_ref();
      return pending;
    }
    ++calls;
    const std::size_t n = std::min(room, bytes.size());
    written.append(bytes.data(), n);
    return n;
  }
  Poll<void> poll_flush(Context&) {
    ++flushes;
    return Poll<void>::ready();
  }
  Poll<void> poll_close(Context&) {
    ++closes;
    return Poll<void>::ready();
  }
};
static_assert(AsyncWrite<BufWriter<Below&>>);

Async<void> write_numbers(BufWriter<Below&>& out, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string row = std::to_string(i) + "\n";
    co_await write_all(out, row);
  }
}

std::string numbers(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += std::to_string(i) + "\n";
  return all;
}

TEST(BufWriter, MakesOfAThousandWritesAFewAndKeepsTheirOrder) {
  Below below;
  BufWriter out(below, 1000);
  block_on(write_numbers(out, 1000));
  EXPECT_EQ(below.calls, 3) << "3,890 bytes through a buffer of 1,000.";
  EXPECT_EQ(below.flushes, 0);
  block_on(flush(out));
  EXPECT_EQ(below.calls, 4);
  EXPECT_EQ(below.flushes, 1);
  EXPECT_EQ(below.written, numbers(1000));
}

TEST(BufWriter, LosesNothingToAStreamThatTakesLittleAndLate) {
  for (const std::size_t room : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    Below below{.room = room, .slow = true};
    BufWriter out(below, 10);
    block_on(write_numbers(out, 100));
    block_on(close(out));
    EXPECT_EQ(below.written, numbers(100)) << room;
    EXPECT_EQ(below.closes, 1);
    EXPECT_TRUE(out.buffered().empty());
  }
}

TEST(BufWriter, SendsALargeWritePastItsBuffer) {
  Below below;
  BufWriter out(below, 10);
  const std::string large(5000, 'x');
  block_on(write_all(out, large));
  EXPECT_EQ(below.calls, 1);
  block_on(write_all(out, std::string_view("ab")));
  block_on(write_all(out, large));
  block_on(flush(out));
  EXPECT_EQ(below.written, large + "ab" + large) << "but not past what is in it.";
}

TEST(BufWriter, LosesNothingWhenAWriteIsDropped) {
  Below below{.slow = true};
  BufWriter out(below, 4);
  block_on(write_all(out, std::string_view("abc")));
  block_on(write_all(out, std::string_view("d")));  // as long as the buffer, it would go past it
  {
    test::CountingWaker waker;
    Context cx(waker.waker());
    auto dropped = write(out, std::string_view("ef"));
    EXPECT_TRUE(dropped.poll(cx).is_pending());
  }
  block_on(close(out));
  EXPECT_EQ(below.written, "abcd") << "The write that waited was not begun; what was there, was.";
}

TEST(BufWriter, SaysWhenTheStreamTakesNoMore) {
  Below below{.room = 0};
  BufWriter out(below, 4);
  block_on(write_all(out, std::string_view("abc")));
  EXPECT_THROW(block_on(flush(out)), UnexpectedEnd);
  EXPECT_THROW(BufWriter(below, 0), std::invalid_argument);
}

TEST(BufWriter, KeepsTheContract) {
  struct World {
    std::pair<DuplexStream, DuplexStream> wire = duplex(4);
    BufWriter<DuplexStream&> out{wire.first, 8};
  };
  std::vector<std::shared_ptr<World>> worlds;
  std::array<char, 8> buffer;
  test::expect_contract([&] {
    auto world = worlds.emplace_back(std::make_shared<World>());
    const Waker nobody = Waker::noop();
    Context cx(nobody);
    (void)world->out.poll_write(cx, std::string_view("abcde"));
    (void)world->out.poll_write(cx, std::string_view("fgh"));
    return test::subject(flush(world->out), [world, &buffer] {
      const Waker reader = Waker::noop();
      Context reading(reader);
      (void)world->wire.second.poll_read(reading, buffer);
    });
  });
}

TEST(BufWriter, LosesNothingWhereverItsFuturesAreDropped) {
  for (int kept = 0; kept < 40; ++kept) {  // so many polls, and then it is dropped and tried again
    Below below{.room = 3, .slow = true};
    BufWriter out(below, 4);
    test::CountingWaker waker;
    Context cx(waker.waker());
    int polls = 0;
    std::string taken;
    const auto until_done = [&](auto make) {
      for (bool ended = false; !ended;) {
        auto future = make();
        for (int i = 0; !ended && (i == 0 || polls != kept); ++i, ++polls)
          ended = future.poll(cx).is_ready();
      }
    };
    for (const std::string_view piece : {"ab", "cd", "efghij", "k"}) {
      // write() tells what it took: what was dropped before has taken nothing.
      for (std::string_view rest = piece; !rest.empty();) {
        std::size_t n = 0;
        until_done([&] { return write(out, rest) | map([&](std::size_t got) { n = got; }); });
        taken += rest.substr(0, n);
        rest.remove_prefix(n);
      }
    }
    until_done([&] { return flush(out); });
    EXPECT_EQ(below.written, "abcdefghijk") << "dropped after " << kept << " polls";
    EXPECT_EQ(taken, "abcdefghijk");
    EXPECT_EQ(waker.kept(), 0);
  }
}

Async<std::string> in_parts(DuplexStream& stream) {
  Limited head(stream, 3);
  std::string text = co_await read_to_end(head, 100);
  Limited body(stream, 5);
  text += "|";
  const std::string rest = co_await read_to_end(body, 100);
  co_return text + rest + "|" + std::to_string(body.left());
}

TEST(Limited, EndsBehindItsBytesAndLeavesTheOthers) {
  auto ends = duplex(64);
  block_on(write_all(ends.first, std::string_view("abcdefghij")));
  EXPECT_EQ(block_on(in_parts(ends.second)), "abc|defgh|0");
  std::array<char, 8> left;
  EXPECT_EQ(block_on(read(ends.second, left)), 2u);
}

TEST(Limited, EndsWithItsStreamAndSaysWhatWasMissing) {
  auto ends = duplex(64);
  block_on(write_all(ends.first, std::string_view("abcde")));
  block_on(close(ends.first));
  EXPECT_EQ(block_on(in_parts(ends.second)), "abc|de|3");
}

TEST(Limited, OfNothingDoesNotAskItsStream) {
  auto ends = duplex(64);
  Limited nothing(ends.second, 0);
  std::array<char, 8> buffer;
  EXPECT_EQ(block_on(read(nothing, buffer)), 0u);
}

TEST(Limited, KeepsTheContract) {
  struct World {
    std::pair<DuplexStream, DuplexStream> wire = duplex(8);
    Limited<DuplexStream&> part{wire.first, 3};
  };
  std::vector<std::shared_ptr<World>> worlds;
  std::array<char, 8> buffer;
  const auto fresh = [&] { return worlds.emplace_back(std::make_shared<World>()); };
  const auto sends = [](const std::shared_ptr<World>& world) {
    return [world] {
      test::CountingWaker nobody;
      Context cx(nobody.waker());
      (void)world->wire.second.poll_write(cx, std::string_view("abcde"));
    };
  };
  test::expect_contract(
      [&] {
        auto world = fresh();
        return test::subject(read(world->part, buffer), sends(world));
      },
      {}, [](std::size_t got) { return got == 3; });
  test::expect_contract(
      [&] {
        auto world = fresh();
        return test::subject(read_to_end(world->part, 100), sends(world));
      },
      {}, [](const std::string& all) { return all == "abc"; });
}

TEST(Limited, ADroppedReadLosesNothing) {
  auto ends = duplex(64);
  Limited part(ends.first, 3);
  std::array<char, 8> buffer;
  test::CountingWaker waker;
  Context cx(waker.waker());
  {
    auto dropped = read(part, buffer);
    EXPECT_TRUE(dropped.poll(cx).is_pending());
  }
  EXPECT_EQ(waker.kept(), 0) << "forget() goes through to the stream";
  EXPECT_EQ(part.left(), 3u);
  block_on(write_all(ends.second, std::string_view("abcde")));
  EXPECT_EQ(block_on(read_to_end(part, 100)), "abc");
}

}  // namespace buf_writer_test
}  // namespace book
