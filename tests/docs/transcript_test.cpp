#include "docs/transcript.h"
#include "docs/each_page.h"

#include <gtest/gtest.h>

#include "support/paths.h"
#include "support/watchdog.h"

namespace book::docs {
namespace transcript_test {

using Lines = std::vector<std::string>;

TEST(Transcript, FiguresAfterATildeMayDiffer) {
  EXPECT_TRUE(line_matches("took ~12 ms", "took ~3 ms"));
  EXPECT_TRUE(line_matches("took ~12 ms", "took 1,204.5 ms"));
  EXPECT_TRUE(line_matches("took    ~12 ms.", "took ~120 ms."));
  EXPECT_TRUE(line_matches("~3 threads, ~2 MB", "~10,000 threads, ~84 MB"));
}

TEST(Transcript, EverythingElseIsExact) {
  EXPECT_FALSE(line_matches("took ~12 ms", "took ~12 us"));
  EXPECT_FALSE(line_matches("polls: 2", "polls: 3"));
  EXPECT_FALSE(line_matches("took ~12 ms", "took long"));
  EXPECT_FALSE(line_matches("a", "a and more"));
  EXPECT_FALSE(line_matches("a and more", "a"));
}

TEST(Transcript, SaysWhichLineDiffers) {
  EXPECT_FALSE(compare({"$ make run", "one", "two"}, {"one", "two  "}, false));
  const auto difference = compare({"one", "two"}, {"one", "2"}, false);
  ASSERT_TRUE(difference);
  EXPECT_NE(difference->find("line 2"), std::string::npos);
  EXPECT_TRUE(compare({"one"}, {"one", "two"}, false)) << "output goes on";
  EXPECT_FALSE(compare({"one"}, {"one", "two"}, true)) << "a prefix may";
  EXPECT_TRUE(compare({"one", "two"}, {"one"}, true)) << "output ends early";
}

TEST(Transcript, DotsStandForAnyNumberOfLines) {
  EXPECT_FALSE(compare({"one", "...", "nine"}, {"one", "two", "nine"}, false));
  EXPECT_FALSE(compare({"one", "...", "nine"}, {"one", "nine", "two", "nine"}, false));
  EXPECT_TRUE(compare({"one", "...", "nine"}, {"one", "two"}, false));
}

TEST(Transcript, UnderstandsAMark) {
  const Page page =
      parse_page("p", "<!-- run exit=1 stderr: 03_x --a 'b c' -->\n\n```text\noops\n```\n");
  ASSERT_EQ(page.blocks.size(), 1U);
  const RunMark run = parse_run(page.blocks[0]);
  EXPECT_EQ(run.command, (Lines{"03_x", "--a", "b c"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.on_stderr);
  EXPECT_EQ(page.blocks[0].lines, Lines{"oops"});
}

TEST(Transcript, RefusesAMarkItDoesNotUnderstand) {
  EXPECT_EQ(parse_page("p", "<!-- run 01_x -->\n```\n```\n").problems.size(), 1U);
  EXPECT_EQ(parse_page("p", "<!-- run: 01_x -->\nno block\n").problems.size(), 1U);
  EXPECT_TRUE(parse_page("p", "````\n<!-- run 01_x -->\n````\n").problems.empty()) << "an example";
  EXPECT_ANY_THROW((void)parse_run({1, "run", {"exti=1"}, "01_x", {}}));
}

TEST(Transcript, RunsAProgramAndSeesItsEnd) {
  const auto sh = [](std::string script, std::chrono::seconds limit = std::chrono::seconds(10)) {
    RunMark run;
    run.command = {"sh", "-c", std::move(script)};
    run.limit = limit;
    return run_program("/bin/sh", run, "/", 0);
  };
  const Outcome both = sh("echo out; echo err >&2; exit 3");
  EXPECT_EQ(both.exit_code, 3);
  EXPECT_EQ(both.out, "out\n");
  EXPECT_EQ(both.err, "err\n");
  EXPECT_EQ(sh("kill -SEGV $$").exit_code, 128 + 11);
  EXPECT_TRUE(sh("exec sleep 100", std::chrono::seconds(0)).timed_out);
}

TEST(Transcript, StopsAServerWithCtrlC) {
  RunMark run;
  run.command = {"sh", "-c", "trap 'exit 0' INT; echo listening; while :; do sleep 0.01; done"};
  run.prefix = run.stop = true;
  EXPECT_EQ(run_program("/bin/sh", run, "/", 1).exit_code, 0);
}

class Programs : public EachPage {};

TEST_P(Programs, PrintWhatThePageShows) {
  expect_none(GetParam().problems);
  for (const MarkedBlock& block : blocks("run")) {
    test::give_this_test(std::chrono::seconds(120));  // the run has its own limit
    expect_none(check_run(GetParam(), block, test::binary_dir() / "bin", test::source_dir()));
  }
}

INSTANTIATE_TEST_SUITE_P(TheBook, Programs, pages_with(""), name_of_page);

}  // namespace transcript_test
}  // namespace book::docs
