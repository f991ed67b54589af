// BufReader and lines: over pieces of every size, limits, ends and drops.
#include "17_io/bytes/buf_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "17_io/bytes/lines.h"
#include "17_io/ends/duplex.h"
#include "17_io/sockets/unix_socket.h"
#include "chapters/17_io/pieces.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/faulty_stream.h"

namespace book {
namespace buf_reader_test {

using test::drive;
using test::Source;
using Texts = std::vector<std::string>;
using namespace std::string_literals;

/// All lines, polled to the end.
template <class L>
Texts all_of(L&& stream) {
  Texts all;
  while (auto line = drive(next(stream))) all.push_back(*line);
  return all;
}

/// `text` in pieces of `size` bytes, with a wait in front of each.
Source in_pieces(const std::string& text, std::size_t size) {
  Source source;
  for (std::size_t at = 0; at < text.size(); at += size) {
    source.pieces.emplace_back();
    source.pieces.push_back(text.substr(at, size));
  }
  return source;
}

TEST(BufReader, ReadsAheadSoThatSmallReadsCostNothing) {
  Source source{{"abcdef"}};
  BufReader reader(source);
  std::array<char, 2> two{};
  EXPECT_EQ(drive(read(reader, two)), 2u);
  EXPECT_EQ(drive(read(reader, two)), 2u);
  EXPECT_EQ(std::string(two.data(), 2), "cd");
  EXPECT_EQ(source.reads, 1);
  EXPECT_EQ(reader.buffered(), "ef");
}

TEST(BufReader, FillGivesWhatIsThereAndReadsOnlyWhenNothingIs) {
  Source source{{"abc", "def"}};
  BufReader reader(source, 4);
  EXPECT_EQ(drive(fill(reader)), "abc");
  EXPECT_EQ(drive(fill(reader)), "abc");
  EXPECT_EQ(source.reads, 1);
  reader.consume(2);
  EXPECT_EQ(drive(fill(reader)), "c");
  reader.consume(1);
  EXPECT_EQ(drive(fill(reader)), "def");
  reader.consume(3);
  EXPECT_EQ(drive(fill(reader)), "") << "the end";
}

TEST(BufReader, ALargeReadGoesPastAnEmptyBuffer) {
  Source source{{"abcdefgh"}};
  BufReader reader(source, 4);
  std::array<char, 8> eight{};
  EXPECT_EQ(drive(read(reader, eight)), 8u);
  EXPECT_EQ(source.largest, 8u);
  EXPECT_EQ(reader.buffered(), "");
}

TEST(BufReader, ALargeReadGivesWhatIsBufferedFirst) {
  Source source{{"abcd", "efgh"}};
  BufReader reader(source, 4);
  EXPECT_EQ(drive(fill(reader)), "abcd");
  std::array<char, 8> eight{};
  EXPECT_EQ(drive(read(reader, eight)), 4u);
  EXPECT_EQ(drive(read(reader, eight)), 4u);
  EXPECT_EQ(std::string(eight.data(), 4), "efgh");
}

TEST(BufReader, RefusesToConsumeWhatIsNotThereAndToBeWithoutABuffer) {
  Source source{{"abc"}};
  BufReader reader(source);
  (void)drive(fill(reader));
  EXPECT_THROW(reader.consume(4), std::out_of_range);
  EXPECT_EQ(reader.buffered(), "abc");
  EXPECT_THROW(BufReader(source, 0), std::invalid_argument);
}

TEST(ReadUntil, GivesEverythingUpToTheDelimiterAndWithIt) {
  Source source{{"a=1;b", "=2;", "c"}};
  BufReader reader(source);
  EXPECT_EQ(drive(read_until(reader, '=')), "a=");
  EXPECT_EQ(drive(read_until(reader, ';')), "1;")
      << "another delimiter is looked for from the start";
  EXPECT_EQ(drive(read_until(reader, ';')), "b=2;");
  EXPECT_EQ(drive(read_until(reader, ';')), "c") << "the rest";
  EXPECT_EQ(drive(read_until(reader, ';')), "") << "the end";
}

TEST(ReadUntil, AskedForAnotherDelimiterItLooksAtWhatItHasSeen) {
  Source source{{"a,b", ""}, true};
  BufReader reader(source);
  auto semicolon = read_until(reader, ';');
  EXPECT_FALSE(test::poll_for(semicolon, 3));
  EXPECT_EQ(drive(read_until(reader, ',')), "a,");
}

TEST(ReadUntil, TheLimitCountsWhatComesBeforeTheDelimiter) {
  Source source{{"1234;12345;"}};
  BufReader reader(source);
  EXPECT_EQ(drive(read_until(reader, ';', 4)), "1234;");
  EXPECT_THROW(drive(read_until(reader, ';', 4)), LineTooLong);
  EXPECT_EQ(reader.buffered(), "12345;") << "nothing is lost";
  EXPECT_EQ(drive(read_until(reader, ';', 5)), "12345;");
}

/// Takes lines until it has `wanted`, and says how many polls that took.
template <class L>
class TakeLines {
 public:
  using Output = int;
  TakeLines(L& lines, int wanted) : lines_(lines), wanted_(wanted) {}
  Poll<int> poll(Context& cx) {
    ++polls_;
    while (wanted_ > 0) {
      if (lines_.poll_next(cx).is_pending()) return pending;
      --wanted_;
    }
    return polls_;
  }

 private:
  L& lines_;
  int wanted_, polls_ = 0;
};

TEST(Lines, OfAFloodGiveWayAfter128InATurn) {
  auto ends = UnixStream::pair();
  const std::string flood(2 * 4000, '\n');
  block_on(write_all(ends.first, flood));  // 8000 lines, and all of them in one read
  auto text = lines(ends.second);
  EXPECT_GE(block_on(TakeLines<decltype(text)>(text, 4000)), 4000 / 128)
      << "a client that sends without a pause has the thread for a buffer full of lines";
}

TEST(Lines, ComeWithoutTheirEndsAndTheLastOneWithoutNeedingOne) {
  Source source{{"one\ntwo\r\n\n\r\nfo\rur\r\nlast"}};
  EXPECT_EQ(all_of(lines(source)), (Texts{"one", "two", "", "", "fo\rur", "last"}));
}

TEST(Lines, ALoneCarriageReturnAtTheEndIsPartOfTheLine) {
  Source source{{"one\ntwo\r"}};
  EXPECT_EQ(all_of(lines(source)), (Texts{"one", "two\r"}));
}

TEST(Lines, OfAnEmptyStreamThereAreNone) {
  Source source;
  EXPECT_EQ(all_of(lines(source)), Texts{});
}

TEST(Lines, AreTheSameHoweverTheStreamIsCutAndHoweverSmallTheBuffer) {
  const std::string text = "GET / HTTP/1.1\r\nHost: here\r\n\r\nbody without an end";
  const Texts wanted{"GET / HTTP/1.1", "Host: here", "", "body without an end"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    for (const std::size_t capacity : {1u, 2u, 3u, 7u, 64u}) {
      Source source = in_pieces(text, piece);
      EXPECT_EQ(all_of(lines(BufReader(source, capacity), 100)), wanted)
          << "pieces of " << piece << ", a buffer of " << capacity;
    }
  }
}

TEST(Lines, ALineAsLongAsTheLimitPassesWithEitherEnd) {
  for (const std::string end : {"\n", "\r\n", ""}) {
    Source source = in_pieces("12345" + end, 1);
    EXPECT_EQ(all_of(lines(source, 5)), Texts{"12345"});
  }
}

TEST(Lines, ALongerOneThrowsAndIsTheEnd) {
  for (const std::string end : {"\n", "\r\n", "6\n", "\r", ""}) {
    Source source = in_pieces("ok\n123456" + end, 1);
    auto text = lines(source, 5);
    EXPECT_EQ(drive(next(text)), "ok");
    try {
      (void)drive(next(text));
      ADD_FAILURE() << "six bytes, a limit of five";
    } catch (const LineTooLong& error) {
      EXPECT_EQ(error.what(), "a line is longer than the limit of 5 bytes"s);
    }
    EXPECT_TRUE(text.is_terminated());
    EXPECT_EQ(drive(next(text)), std::nullopt);
  }
}

TEST(Lines, AnEndlessLineDoesNotFillTheMemory) {
  struct Endless {
    std::size_t given = 0, largest = 0;
    Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
      std::fill(buffer.begin(), buffer.end(), 'x');
      given += buffer.size();
      largest = std::max(largest, buffer.size());
      return buffer.size();
    }
  } endless;
  EXPECT_THROW((void)drive(next(lines(BufReader(endless, 64), 1000))), LineTooLong);
  EXPECT_LE(endless.given, 2048u) << "the limit is 1000: no more than twice that is ever buffered";
}

TEST(Lines, AfterALongLineTheBufferIsSmallAgain) {
  Source source;
  for (int i = 0; i < 100; ++i) source.pieces.emplace_back(10, 'x');
  source.pieces.emplace_back("\n");
  source.pieces.emplace_back("short\n");
  BufReader reader(source, 16);
  auto text = lines(reader);
  EXPECT_EQ(drive(next(text)).value().size(), 1000u);
  source.largest = 0;
  EXPECT_EQ(drive(next(text)), "short");
  EXPECT_LE(source.largest, 16u);
}

TEST(Lines, ALongLineIsSearchedOnlyOnce) {
  // A line of 200,000 pieces of one byte: searched anew at each piece, it would take the watchdog's
  // 20 seconds (20,000,000,000 bytes to look at).
  struct Dripping {
    int left = 200'000;
    Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
      if (left == 0) return std::size_t{0};
      buffer[0] = --left == 0 ? '\n' : 'x';
      return std::size_t{1};
    }
  } dripping;
  EXPECT_EQ(drive(next(lines(dripping, 1'000'000))).value().size(), 199'999u);
}

TEST(Lines, ADroppedNextLosesNothingWhereverItStands) {
  const std::string text = "first line\nsecond\r\nthird";
  for (int polls = 1; polls <= 12; ++polls) {
    Source source = in_pieces(text, 2);
    auto stream = lines(source);
    Texts got;
    for (;;) {
      auto impatient = next(stream);  // dropped after so many polls, and asked anew
      test::CountingWaker counter;
      Context cx(counter.waker());
      Poll<std::optional<std::string>> line = pending;
      for (int i = 0; i < polls && line.is_pending(); ++i) line = impatient.poll(cx);
      if (line.is_pending()) continue;
      if (!line.value()) break;
      got.push_back(*line.value());
    }
    EXPECT_EQ(got, (Texts{"first line", "second", "third"})) << polls;
  }
}

TEST(Lines, ADroppedReadLineAndReadUntilLoseNothing) {
  Source source = in_pieces("one\ntwo;three\n", 1);
  BufReader reader(source);
  const auto impatient = [](auto make) {
    for (;;) {
      auto future = make();
      test::CountingWaker counter;
      Context cx(counter.waker());
      auto poll = future.poll(cx);
      if (poll.is_ready()) return std::move(poll).value();
    }
  };
  EXPECT_EQ(impatient([&] { return read_line(reader); }), "one");
  EXPECT_EQ(impatient([&] { return read_until(reader, ';'); }), "two;");
  EXPECT_EQ(impatient([&] { return read_line(reader); }), "three");
  EXPECT_EQ(impatient([&] { return read_line(reader); }), std::nullopt);
}

TEST(Lines, OfABorrowedReaderLeaveTheRestInIt) {
  Source source{{"header\n", "binary"}};
  BufReader reader(source);
  {
    auto text = lines(reader);
    EXPECT_EQ(drive(next(text)), "header");
  }
  std::array<char, 6> rest{};
  drive(read_exact(reader, rest));
  EXPECT_EQ(std::string(rest.data(), 6), "binary");
}

TEST(Lines, OverABadLineAreTheSameAndItsErrorComesOutWhereverItIs) {
  const std::string text = "one\r\ntwo\nthree";  // 14 bytes, one at a time; then the end
  for (int k = 0; k <= 15; ++k) {
    Source source{{text}};
    test::FaultyStream line(source, {.piece = 1, .waits = 2, .fail_at = k});
    BufReader reader(line, 4);
    auto stream = lines(reader);
    Texts got;
    int error = 0;
    try {
      while (auto next_one = drive(next(stream))) got.push_back(*next_one);
    } catch (const std::system_error& e) {
      error = e.code().value();
    }
    EXPECT_EQ(error, k == 0 ? 0 : ECONNRESET) << k;
    Texts whole{"one", "two", "three"};
    whole.resize(k == 0 ? 3 : k > 9 ? 2 : k > 5 ? 1 : 0);
    EXPECT_EQ(got, whole) << "an error at byte " << k;
  }
}

TEST(Lines, AnErrorOfTheStreamPassesThroughAndLeavesWhatHasCome) {
  struct Breaks {
    int reads = 0;
    Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
      if (++reads > 1) throw std::runtime_error("the cable");
      return "half a li"s.copy(buffer.data(), buffer.size());
    }
  } breaks;
  BufReader reader(breaks);
  auto text = lines(reader);
  EXPECT_THROW((void)drive(next(text)), std::runtime_error);
  EXPECT_EQ(drive(next(text)), std::nullopt);
  EXPECT_EQ(reader.buffered(), "half a li");
}

TEST(Lines, ThatAreDroppedLeaveTheirPlaceAtTheStream) {
  auto [near, far] = duplex(16);
  test::CountingWaker task;
  Context cx(task.waker());
  {
    auto text = lines(near);
    EXPECT_TRUE(next(text).poll(cx).is_pending());
    EXPECT_GT(task.kept(), 0);
  }
  EXPECT_EQ(task.kept(), 0);
  auto owned = lines(std::move(near));
  EXPECT_TRUE(next(owned).poll(cx).is_pending());
  EXPECT_EQ(far.poll_write(cx, std::string_view("hi\n")).value(), 3u);
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(drive(next(owned)), "hi");
}

TEST(Lines, MoveUntilTheyAreAskedAndNeverAfter) {
  Source source{{"a\nb\n"}};
  auto text = lines(source);
  auto moved = std::move(text);
  EXPECT_EQ(drive(next(moved)), "a");
  EXPECT_THROW(auto again = std::move(moved), std::logic_error);
}

/// What a contract trial needs alive.
struct Trial {
  std::pair<DuplexStream, DuplexStream> ends = duplex(64);
  BufReader<DuplexStream&> reader{ends.first};
};

template <class Make>
void expect_the_contract_of(Make make, const std::string& event,
                            const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  std::shared_ptr<Trial> trial;  // of the subject under test, and alive as long as it
  std::vector<std::shared_ptr<Trial>> all;
  test::expect_contract(
      [&] {
        trial = all.emplace_back(std::make_shared<Trial>());
        return test::subject(make(*trial), [trial, event] {
          const Waker noop = Waker::noop();
          Context cx(noop);
          (void)trial->ends.second.poll_write(cx, event);
        });
      },
      {}, test::detail::AnyOutput{}, file, line);
}

TEST(BufReader, ItsFuturesKeepTheContract) {
  expect_the_contract_of([](Trial& t) { return fill(t.reader); }, "x");
  expect_the_contract_of([](Trial& t) { return read_until(t.reader, ';'); }, "x;");
  expect_the_contract_of([](Trial& t) { return read_line(t.reader); }, "x\n");
  expect_the_contract_of([](Trial& t) { return next(lines(t.reader)); }, "x\n");
}

Async<Texts> text_of(BufReader<DuplexStream>& reader) {
  Texts all;
  auto text = lines(reader);
  for (;;) {
    auto line = co_await next(text);
    if (!line) break;
    all.push_back(*line);
    co_await write_all(reader.inner(), "ok\n");
  }
  co_return all;
}

TEST(BufReader, ThatOwnsItsStreamStillLetsYouWrite) {
  auto [client, server] = duplex(64);
  const Waker noop = Waker::noop();
  Context cx(noop);
  (void)client.poll_write(cx, std::string_view("one\r\ntwo\n"));
  (void)client.poll_close(cx);
  BufReader reader(std::move(server));
  EXPECT_EQ(block_on(text_of(reader)), (Texts{"one", "two"}));
  std::array<char, 16> answer{};
  EXPECT_EQ(client.poll_read(cx, answer).value(), 6u);
}

}  // namespace buf_reader_test
}  // namespace book
