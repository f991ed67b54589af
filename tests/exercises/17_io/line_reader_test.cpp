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

TEST(LineReader, KeepsWhatCameTooMuch) {
  Source stream{{"one\ntwo\nth", "ree\n"}};
  LineReader lines(stream);
  EXPECT_EQ(all_lines(lines), (std::vector<std::string>{"one", "two", "three"}))
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
  EXPECT_EQ(all_lines(lines), (std::vector<std::string>{"one", "last"}))
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
    EXPECT_EQ(all, (std::vector<std::string>{"one", "two", "three"}))
        << "Two of the read_lines were polled " << polls
        << " times and then dropped, if they were not ready. What they had read until then is "
           "gone: it was in a local variable. Keep it in the LineReader, which outlives the call.";
  }
}

}  // namespace
}  // namespace book
