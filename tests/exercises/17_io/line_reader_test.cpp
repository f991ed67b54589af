#include "exercise/line_reader.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chapters/17_io/pieces.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using exercise::LineReader;
using test::drive;
using test::Source;
using Line = std::optional<std::string>;

/// All lines, up to the first nothing; gives up after so many.
std::vector<std::string> all_lines(LineReader<Source>& lines) {
  std::vector<std::string> all;
  while (all.size() < 20) {
    const Line line = drive(lines.read_line());
    if (!line) break;
    all.push_back(*line);
  }
  return all;
}

/// Polls one read_line at most so many times, and then drops it: the line, if there was one.
Line impatient_read(LineReader<Source>& lines, int polls) {
  test::CountingWaker counter;
  Context cx(counter.waker());
  auto reading = lines.read_line();
  for (int i = 0; i < polls; ++i) {
    Poll<Line> poll = reading.poll(cx);
    if (poll.is_ready()) return std::move(poll).value();
  }
  return std::nullopt;
}

TEST(LineReader, GivesALineWithoutItsNewline) {
  Source stream{{"hello\n"}};
  LineReader lines(stream);
  EXPECT_EQ(drive(lines.read_line()), Line("hello"))
      << "What comes before the '\\n' is the line. The '\\n' itself belongs to nobody.";
}

TEST(LineReader, ReadsOnWhileThereIsNoNewline) {
  Source stream{{"he", "", "ll", "o", "", "", "\n"}};
  LineReader lines(stream);
  EXPECT_EQ(drive(lines.read_line()), Line("hello"))
      << "A piece is not a line. While no '\\n' has come, read on, and put the pieces together.";
}

TEST(LineReader, ALineMayBeLongerThanABuffer) {
  const std::string letter(10'000, 'x');
  Source stream{{letter + "\n"}};
  LineReader lines(stream);
  const Line line = drive(lines.read_line());
  ASSERT_TRUE(line);
  EXPECT_EQ(line->size(), letter.size())
      << "No '\\n' has come yet, and this is what you gave. A read that is offered no room gives "
         "0, "
         "and that is not the end of the stream. What you keep has to grow with the line.";
}

TEST(LineReader, ACarriageReturnIsAByteLikeAnyOther) {
  Source stream{{"one\r\ntwo\n"}};
  LineReader lines(stream);
  EXPECT_EQ(drive(lines.read_line()), Line("one\r"))
      << "Only the '\\n' is cut off. What a '\\r' before it means is for the caller to say.";
}

TEST(LineReader, KeepsWhatCameTooMuch) {
  Source stream{{"one\ntwo\nth", "ree\n"}};
  LineReader lines(stream);
  const std::vector<std::string> all = all_lines(lines);
  ASSERT_TRUE(all.size() < 20 || !all.back().empty())
      << "There is no end of empty lines: you give the line away and keep its '\\n'. Cut both off.";
  EXPECT_EQ(all, (std::vector<std::string>{"one", "two", "three"}))
      << "The first piece holds two lines and the beginning of a third. What comes after the first "
         "'\\n' has left the stream: if the LineReader does not keep it, nobody has it.";
}

TEST(LineReader, GivesALineThatHasComeWithoutAskingTheStream) {
  Source stream{{"one\ntwo\n"}, true};
  LineReader lines(stream);
  EXPECT_EQ(drive(lines.read_line()), Line("one"));
  auto second = lines.read_line();
  EXPECT_TRUE(test::poll_for(second, 1))
      << "The line \"two\" had come together with \"one\". But read_line went to the stream first, "
         "and there it waits for a third. Look at what you have kept before you read.";
}

TEST(LineReader, AnEmptyLineIsALine) {
  Source stream{{"\n", "\nlast\n"}};
  LineReader lines(stream);
  EXPECT_EQ(all_lines(lines), (std::vector<std::string>{"", "", "last"}))
      << "Two '\\n' with nothing between them are an empty line. It is not the end.";
}

TEST(LineReader, TheLastLineNeedsNoNewline) {
  Source stream{{"one\nla", "st"}};
  LineReader lines(stream);
  const std::vector<std::string> all = all_lines(lines);
  ASSERT_LE(all.size(), 2U)
      << "The last line comes again and again: you have given it away, and still keep it.";
  EXPECT_EQ(all, (std::vector<std::string>{"one", "last"}))
      << "The stream ended after \"last\", without a '\\n'. What you have kept by then is a line, "
         "too.";
  EXPECT_EQ(drive(lines.read_line()), Line()) << "and after the end comes nothing more";
}

TEST(LineReader, AsksTheStreamAsSeldomAsItCan) {
  Source stream{{"a line of forty letters, and the newline\n"}, true};
  LineReader lines(stream);
  EXPECT_EQ(drive(lines.read_line()), Line("a line of forty letters, and the newline"));
  EXPECT_LE(stream.reads, 1)
      << "The whole line was there at once, and it took this many reads. On a socket each of them "
         "is a system call: read as much as there is, and keep what is too much.";
}

TEST(LineReader, LosesNothingWhenItIsDropped) {
  const std::deque<std::string> pieces{"on", "", "e\nt", "", "w", "", "o\nthree"};
  for (int polls = 1; polls <= 3; ++polls) {
    Source stream{pieces};
    LineReader lines(stream);
    std::vector<std::string> all;
    for (int line = 0; line < 2; ++line) {
      const Line got = impatient_read(lines, polls);
      if (got) all.push_back(*got);
    }
    for (const std::string& line : all_lines(lines)) all.push_back(line);
    for (const std::string& line : all) {
      ASSERT_EQ(line.find('\0'), std::string::npos)
          << "There are bytes in a line that nobody has sent. Did you make room for a read before "
             "it, in what you keep? The read was dropped, and the room has stayed. Read into a "
             "local array, and append what has come.";
    }
    EXPECT_EQ(all, (std::vector<std::string>{"one", "two", "three"}))
        << "Two of the read_lines were polled " << polls
        << " times and then dropped, if they were not ready. What they had read until then is "
           "gone: it was in a local variable. Keep it in the LineReader, which outlives the call.";
  }
}

}  // namespace
}  // namespace book
