// The chapter's program, as a reader starts it.
#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>

#include "support/child_process.h"
#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/trace_reader.h"

namespace book::test {
namespace story_test {

ChildResult run_story(const std::string& arguments, const std::string& before = "") {
  return run_program(program("17_io"), arguments, before);
}

/// What the system decides is left out: figures after a ~, and ports.
std::string exact(const std::string& story) {
  return std::regex_replace(story, std::regex("~[0-9]+|:[0-9]{4,5}"), "~");
}

// What a read finds after a pause must not depend on how much else this machine has to do.
TEST(IoStory, IsTheSameOnAMachineThatIsBusy) {
  const ChildResult quiet = run_story("");
  const ChildResult busy = run_story(
      "", "for i in 1 2 3 4; do timeout 2 sh -c 'while :; do :; done' >/dev/null 2>&1 & done; ");
  EXPECT_EQ(quiet.exit_code, 0) << quiet.err;
  EXPECT_EQ(exact(quiet.out), exact(busy.out));
  EXPECT_EQ(quiet.err + busy.err, "");
}

TEST(IoStory, EveryOrderOfTasksComesToTheSameEnd) {
  for (int seed = 1; seed <= 8; ++seed) {
    const ChildResult ended = run_story("--seed " + std::to_string(seed));
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    const std::string words = "300 words echoed; buffers needed: ";
    const std::size_t at = ended.out.find(words);
    ASSERT_NE(at, std::string::npos) << ended.out;
    // A session that runs before its client has written borrows one for its first look, too.
    EXPECT_LE(std::stoi(ended.out.substr(at + words.size())), 2) << "of 100 connections";
  }
}

TEST(IoStory, ATraceSaysThatAPieceWokeTheServer) {
  const TemporaryFile file;
  EXPECT_EQ(run_story("--part 2 --trace " + file.path()).exit_code, 0);
  const Trace trace(file.path());
  EXPECT_EQ(trace.title(), "17_io");
  using Causes = std::vector<std::string>;
  int woken_by_io = 0;
  for (const TraceLine& poll : trace.all("poll+")) {
    if (trace.causes_of(poll.number("n")) == Causes{"poll+", "wake", "io"}) ++woken_by_io;
  }
  EXPECT_GE(woken_by_io, 3) << "the connection, or its first piece; and the two that follow";
}

TEST(IoStory, ATrapEndsByItselfAndShowsItsCure) {
  const ChildResult reading = run_story("--trap dropped-read-exact");
  EXPECT_EQ(reading.exit_code, 0) << reading.err;
  EXPECT_NE(reading.out.find("order \"0100PAY \""), std::string::npos) << reading.out;
  EXPECT_NE(reading.out.find("order \"PAY 0250\""), std::string::npos) << reading.out;

  const ChildResult writing = run_story("--trap dropped-write-all");
  EXPECT_EQ(writing.exit_code, 0) << writing.err;
  EXPECT_NE(writing.out.find("asked again: 1000000 bytes"), std::string::npos) << writing.out;
  EXPECT_EQ(writing.out.find("each time:       ~1000000 bytes"), std::string::npos) << writing.out;

  const ChildResult stuck = run_story("--trap nobody-reads");
  EXPECT_EQ(stuck.exit_code, 0) << stuck.err;
  EXPECT_NE(stuck.out.find("nothing moves any more"), std::string::npos) << stuck.out;
  EXPECT_NE(stuck.out.find("has read 2000000 bytes"), std::string::npos) << stuck.out;

  const ChildResult alone = run_story("--trap nobody-is-there");
  EXPECT_EQ(alone.exit_code, 0) << alone.err;
  EXPECT_NE(alone.out.find("letter 1 is written"), std::string::npos) << alone.out;
  EXPECT_EQ(alone.out.find("letter 2 is written"), std::string::npos) << alone.out;
  EXPECT_NE(alone.out.find("send: Broken pipe"), std::string::npos) << alone.out;
  EXPECT_EQ(reading.err + writing.err + stuck.err + alone.err, "");
}

TEST(IoStory, ALateAnswerIsTakenForTheNextOne) {
  const ChildResult late = run_story("--trap late-answer");
  EXPECT_EQ(late.exit_code, 0) << late.err;
  const std::size_t cure = late.out.find("A new connection");
  EXPECT_LT(late.out.find("Italy: Paris"), cure) << late.out;
  EXPECT_NE(late.out.find("Italy: Rome", cure), std::string::npos) << late.out;
  EXPECT_EQ(late.err, "");
}

TEST(IoStory, TooFewDescriptorsAreOneClearError) {
  if (under_sanitizer()) GTEST_SKIP() << "a sanitizer needs descriptors of its own";
  const ChildResult ended = run_story("--part 8", "ulimit -n 64; ");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.err, "17_io: socket: Too many open files\n");
}

TEST(IoStory, APartThatDoesNotExistIsWrongUsage) {
  EXPECT_EQ(run_story("--part 99").exit_code, 2);
  EXPECT_EQ(run_story("--trap door").exit_code, 2);
}

}  // namespace story_test
}  // namespace book::test
