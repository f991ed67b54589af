// The chapter's program: its trace answers "why is this task awake?", and its traps end as the
// README says.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/trace_reader.h"

namespace book::test {
namespace story_test {

ChildResult run_story(const std::string& arguments) {
  return run_program(program("04_io_executor"), arguments);
}

Trace trace_of(const std::string& arguments) {
  const TemporaryFile file;
  EXPECT_EQ(run_story(arguments + " --trace " + file.path()).exit_code, 0);
  return Trace(file.path());
}

/// The events of one kind of one task.
std::vector<TraceLine> of_task(const Trace& trace, const std::string& event, long task) {
  std::vector<TraceLine> found;
  for (const TraceLine& line : trace.all(event)) {
    if (line.number("k") == task) found.push_back(line);
  }
  return found;
}

using Causes = std::vector<std::string>;

// Part 4: a reader (task 1), and a writer that sleeps first (task 2).
TEST(Story, ATraceSaysWhyATaskIsAwake) {
  const Trace trace = trace_of("--part 4 --virtual-time");
  EXPECT_EQ(trace.title(), "04_io_executor");

  const auto reader = of_task(trace, "poll+", 1);
  ASSERT_EQ(reader.size(), 2u);
  EXPECT_EQ(trace.causes_of(reader[0].number("n")), (Causes{"poll+", "spawn"}));
  EXPECT_EQ(trace.causes_of(reader[1].number("n")), (Causes{"poll+", "wake", "io"}));

  const auto writer = of_task(trace, "poll+", 2);
  ASSERT_EQ(writer.size(), 2u);
  EXPECT_EQ(trace.causes_of(writer[0].number("n")), (Causes{"poll+", "spawn"}));
  EXPECT_EQ(trace.causes_of(writer[1].number("n")), (Causes{"poll+", "wake", "timer"}));
}

TEST(Story, ATraceSaysWhatATaskWaitsForAndWhereItWasSpawned) {
  const Trace trace = trace_of("--part 4 --virtual-time");
  const auto reader = of_task(trace, "store", 1);
  ASSERT_EQ(reader.size(), 1u);
  EXPECT_EQ(reader[0].text("why").find("reading fd "), 0u) << reader[0].json();
  const auto writer = of_task(trace, "store", 2);
  ASSERT_EQ(writer.size(), 1u);
  EXPECT_EQ(writer[0].text("why"), "a timer");
  for (const TraceLine& spawn : trace.all("spawn")) {
    EXPECT_EQ(spawn.text("l").find("chapters/04_io_executor/main.cpp:"), 0u) << spawn.json();
  }
  const auto idle = trace.all("idle");
  ASSERT_FALSE(idle.empty());
  EXPECT_EQ(idle.front().text("why"), "timers 1, descriptors 1");
}

// Nothing is polled for nothing: a poll has a cause, and the first poll of a task is its spawn's.
TEST(Story, EveryPollHasACause) {
  const Trace trace = trace_of("--virtual-time --sockets 20");
  EXPECT_GT(trace.all("poll+").size(), 100u);
  for (const TraceLine& poll : trace.all("poll+")) {
    EXPECT_TRUE(poll.has("c")) << poll.json();
    const std::string cause = trace.at(poll.number("c")).event();
    EXPECT_TRUE(cause == "spawn" || cause == "wake") << poll.json();
  }
}

TEST(Story, AMistakeEndsInOneClearMessage) {
  const ChildResult forgotten = run_story("--trap forgotten-waker");
  EXPECT_EQ(forgotten.exit_code, 1);
  EXPECT_EQ(forgotten.err.find("04_io_executor: nothing can happen any more"), 0u) << forgotten.err;

  const ChildResult among_others = run_story("--trap forgotten-among-others --virtual-time");
  EXPECT_EQ(among_others.exit_code, 0);
  EXPECT_EQ(among_others.err.find("a task is pending, and nobody can wake it any more:"), 0u)
      << among_others.err;

  const ChildResult two_readers = run_story("--trap two-readers");
  EXPECT_EQ(two_readers.exit_code, 1);
  EXPECT_NE(two_readers.err.find("another task waits"), std::string::npos) << two_readers.err;

  const ChildResult inside = run_story("--trap block-on-inside");
  EXPECT_EQ(inside.exit_code, 1);
  EXPECT_NE(inside.err.find("block_on() inside a task"), std::string::npos) << inside.err;
}

TEST(Story, TooFewDescriptorsAreOneClearError) {
  if (under_address_sanitizer()) {
    GTEST_SKIP()
        << "the undefined-behaviour sanitizer itself needs a descriptor to look at an exception";
  }
  const ChildResult ended = run_story("--sockets 100000 --part 3");
  if (ended.exit_code == 0) GTEST_SKIP() << "this machine has descriptors for 100,000 sockets";
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.err, "04_io_executor: socketpair: Too many open files\n");
}

TEST(Story, ASeedTellsTheSameStoryInAnotherOrder) {
  const std::string one = run_story("--part 2 --virtual-time --seed 7").out;
  EXPECT_EQ(one, run_story("--part 2 --virtual-time --seed 7").out);
  EXPECT_NE(one.find("Socket 2 is now READABLE"), std::string::npos) << one;
}

}  // namespace story_test
}  // namespace book::test
