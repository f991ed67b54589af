// The command line every chapter shares, and what becomes of the process when something is wrong.
#include "common/program/chapter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "common/trace.h"
#include "support/child_process.h"
#include "support/sanitizer.h"
#include "support/trace_reader.h"

namespace book {
namespace chapter_test {

using test::ChildOptions;
using test::ChildResult;
using test::run_in_child;
using test::Sink;

Chapter example() {
  return {
      .name = "99_example",
      .summary = "an example",
      .options = {option::number("threads", {.fallback = 10'000, .min = 1, .max = 100'000},
                                 "how many threads"),
                  option::choice("mode", {"spin", "sleep", "both"}, "how to wait"),
                  option::text("root", "DIR", "site", "the folder to serve"),
                  option::text("host", "NAME", "", "whom to ask"),
                  option::flag("quiet", "print less")},
  };
}

std::string usage_error(const std::vector<std::string>& words, const Chapter& chapter = example()) {
  try {
    parse_args(chapter, words);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

/// The whole of chapter_main in a process of its own.
ChildResult run(std::vector<std::string> words, const std::function<void(Args&)>& body,
                ChildOptions options = {}, const Chapter& chapter = example()) {
  words.insert(words.begin(), "99_example");
  return run_in_child(
      [&] {
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        return chapter_main(chapter, static_cast<int>(words.size()), argv.data(), body);
      },
      options);
}

void nothing(Args&) {}

TEST(ChapterArgs, AreTheFallbacksWhenNothingIsGiven) {
  const Args args = parse_args(example(), {});
  EXPECT_EQ(args.get<int>("threads"), 10'000);
  EXPECT_EQ(args.get<std::string>("mode"), "spin");
  EXPECT_EQ(args.get<std::string>("root"), "site");
  EXPECT_EQ(args.get<std::string>("host"), "");
  EXPECT_FALSE(args.get<bool>("quiet"));
  EXPECT_FALSE(args.given("threads"));
  EXPECT_FALSE(args.virtual_time());
  EXPECT_EQ(args.time_mode(), TimeMode::real);
  EXPECT_FALSE(args.seed().has_value());
  EXPECT_EQ(args.trace_file(), "");
}

TEST(ChapterArgs, AreWhatIsGivenInEitherSpelling) {
  const Args args =
      parse_args(example(), {"--threads", "3", "--mode=both", "--root", "a b", "--quiet",
                             "--virtual-time", "--seed", "18446744073709551615", "--trace=x.json"});
  EXPECT_EQ(args.get<unsigned char>("threads"), 3);
  EXPECT_TRUE(args.given("threads"));
  EXPECT_EQ(args.get<std::string>("mode"), "both");
  EXPECT_EQ(args.get<std::string>("root"), "a b");
  EXPECT_TRUE(args.get<bool>("quiet"));
  EXPECT_EQ(args.time_mode(), TimeMode::virtual_time);
  EXPECT_EQ(args.seed(), 18446744073709551615u);
  EXPECT_EQ(args.trace_file(), "x.json");
}

TEST(ChapterArgs, TheLastOfSeveralCounts) {
  EXPECT_EQ(parse_args(example(), {"--threads", "3", "--threads", "4"}).get<int>("threads"), 4);
}

TEST(ChapterArgs, SayWhatIsWrongWithTheCommandLine) {
  const std::string help = "; --help lists what there is";
  EXPECT_EQ(usage_error({"--thread", "3"}), "there is no --thread" + help);
  EXPECT_EQ(usage_error({"server"}), "unexpected argument \"server\"" + help);
  EXPECT_EQ(usage_error({"-q"}), "unexpected argument \"-q\"" + help);
  EXPECT_EQ(usage_error({"--"}), "unexpected argument \"--\"" + help);
  EXPECT_EQ(usage_error({""}), "unexpected argument \"\"" + help);
  EXPECT_EQ(usage_error({"--threads"}), "--threads needs a value: --threads N" + help);
  EXPECT_EQ(usage_error({"--root", "--quiet"}), "--root needs a value: --root DIR" + help);
  EXPECT_EQ(usage_error({"--quiet=yes"}), "--quiet takes no value" + help);
  EXPECT_EQ(usage_error({"--virtual-time=1"}), "--virtual-time takes no value" + help);
  EXPECT_EQ(usage_error({"--mode", "fly"}), "--mode wants spin, sleep or both, not \"fly\"" + help);
  EXPECT_EQ(usage_error({"--trace="}), "--trace needs a value: --trace FILE" + help);
}

TEST(ChapterArgs, WantWholeNumbersInTheirRange) {
  for (const char* bad : {"0", "100001", "-1", "", " 3", "3 ", "3x", "0x3", "+3", "1e3", "3.0",
                          "99999999999999999999"}) {
    EXPECT_EQ(
        usage_error({std::string("--threads=") + bad}),
        fmt::format("--threads wants a whole number from 1 to 100000, not \"{}\"; --help lists "
                    "what there is",
                    bad));
  }
  EXPECT_EQ(usage_error({"--seed", "-1"}),
            "--seed wants a whole number from 0, not \"-1\"; --help lists what there is");
}

TEST(ChapterArgs, RefuseVirtualTimeWithTheChaptersReason) {
  Chapter chapter = example();
  chapter.no_virtual_time = "its threads really sleep";
  EXPECT_EQ(usage_error({"--virtual-time"}, chapter),
            "--virtual-time is not for this chapter: its threads really sleep; --help lists what "
            "there is");
}

TEST(ChapterArgs, RefuseASeedWithTheChaptersReason) {
  Chapter chapter = example();
  chapter.no_seed = "it runs one task";
  EXPECT_EQ(usage_error({"--seed", "7"}, chapter),
            "--seed is not for this chapter: it runs one task; --help lists what there is");
}

TEST(ChapterArgs, AskingForWhatIsNotDeclaredIsABug) {
  const Args args = parse_args(example(), {});
  EXPECT_THROW((void)args.get<int>("threds"), std::logic_error);
  EXPECT_THROW((void)args.get<bool>("threads"), std::logic_error);
  EXPECT_THROW((void)args.get<signed char>("threads"), std::logic_error);
  EXPECT_THROW((void)args.given("threds"), std::logic_error);
}

TEST(ChapterArgs, TheHelpPageShowsEverything) {
  EXPECT_EQ(help_page(example()),
            "99_example: an example\n"
            "\n"
            "usage: 99_example [options]\n"
            "\n"
            "  --threads N     how many threads (1 to 100000; default 10000)\n"
            "  --mode MODE     how to wait (spin, sleep or both; default spin)\n"
            "  --root DIR      the folder to serve (default site)\n"
            "  --host NAME     whom to ask\n"
            "  --quiet         print less\n"
            "\n"
            "  --virtual-time  waiting takes no time: the clock jumps to the next deadline\n"
            "  --seed N        shuffle the order of ready tasks, for the same N the same way\n"
            "  --trace FILE    write what happens to FILE, an event a line (JSON)\n"
            "  --help          print this page\n");
}

TEST(ChapterArgs, TheHelpPageSaysWhatIsNotForThisChapter) {
  Chapter chapter = example();
  chapter.no_virtual_time = "its threads really sleep";
  chapter.no_seed = "it runs one task";
  const std::string page = help_page(chapter);
  EXPECT_NE(page.find("  --virtual-time  not for this chapter: its threads really sleep\n"),
            page.npos);
  EXPECT_NE(page.find("  --seed N        not for this chapter: it runs one task\n"), page.npos);
}

TEST(Chapter, RunsItsBodyAndEndsWithZero) {
  const ChildResult result = run(
      {"--threads", "5"}, [](Args& args) { fmt::print("{} threads\n", args.get<int>("threads")); });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "5 threads\n");
  EXPECT_EQ(result.err, "");
}

TEST(Chapter, PrintsItsHelpAndDoesNotRun) {
  for (const char* word : {"--help", "-h"}) {
    const ChildResult result = run({word}, [](Args&) { fmt::print("ran\n"); });
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out, help_page(example()));
    EXPECT_EQ(result.err, "");
  }
}

TEST(Chapter, EndsWithTwoAndOneLineWhenItIsUsedWrongly) {
  const ChildResult result = run({"--bogus"}, [](Args&) { fmt::print("ran\n"); });
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "99_example: there is no --bogus; --help lists what there is\n");
}

TEST(Chapter, EndsWithOneAndOneLineWhenAnExceptionComesOut) {
  const auto error_of = [](const std::function<void(Args&)>& body) {
    const ChildResult result = run({}, body);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.out, "so far\n");
    return result.err;
  };
  EXPECT_EQ(error_of([](Args&) {
              fmt::print("so far\n");
              throw std::runtime_error("no luck");
            }),
            "99_example: no luck\n");
  EXPECT_EQ(error_of([](Args&) {
              fmt::print("so far\n");
              throw std::system_error(EADDRINUSE, std::system_category(), "bind 127.0.0.1:7878");
            }),
            "99_example: bind 127.0.0.1:7878: Address already in use\n");
  EXPECT_EQ(error_of([](Args&) {
              fmt::print("so far\n");
              throw std::bad_alloc();
            }),
            "99_example: out of memory\n");
  EXPECT_EQ(error_of([](Args&) {
              fmt::print("so far\n");
              throw 7;
            }),
            "99_example: ended by an exception that is not a std::exception\n");
}

TEST(Chapter, AnExceptionThatLeavesAThreadIsNoAbort) {
  if (test::under_thread_sanitizer()) {
    GTEST_SKIP() << "the thread sanitizer allows no threads in a child of a process that has some";
  }
  const ChildResult result =
      run({}, [](Args&) { std::thread([] { throw std::runtime_error("no luck"); }).join(); });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "99_example: no luck\n");
}

TEST(Chapter, SaysThatStdoutIsClosedAndDoesNotRun) {
  for (auto words : {std::vector<std::string>{}, {"--help"}}) {
    const ChildResult result = run(words, [](Args&) { std::abort(); }, {.out = Sink::closed});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "99_example: stdout is closed, and this program has a story to tell\n");
  }
}

TEST(Chapter, SaysThatTheDiskIsFull) {
  const auto print_many = [](Args&) {
    for (int i = 0; i < 3; ++i) fmt::print("a line\n");
  };
  const auto print_with_stdio = [](Args&) { std::puts("a line"); };
  const auto print_no_newline = [](Args&) { std::fputs("a line", stdout); };
  for (const std::function<void(Args&)>& body :
       {std::function<void(Args&)>(print_many), {print_with_stdio}, {print_no_newline}}) {
    const ChildResult result = run({}, body, {.out = Sink::full});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err.substr(0, 20), "99_example: stdout: ");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  const ChildResult help = run({"--help"}, nothing, {.out = Sink::full});
  EXPECT_EQ(help.exit_code, 1);
  EXPECT_EQ(help.err.substr(0, 20), "99_example: stdout: ");
}

TEST(Chapter, EndsQuietlyWhenNobodyReadsItsOutputAnyMore) {
  for (int lines : {1, 2, 1000}) {
    const ChildResult result = run({},
                                   [lines](Args&) {
                                     for (int i = 0; i < lines; ++i) fmt::print("line {}\n", i);
                                   },
                                   {.out = Sink::nobody});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.signal, 0);
    EXPECT_EQ(result.err, "");
  }
}

TEST(Chapter, AClosedSocketIsAnErrorLikeAnyOther) {
  const ChildResult result = run({}, [](Args&) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("socketpair");
    ::close(ends[0]);
    if (::write(ends[1], "x", 1) < 0)
      throw std::system_error(errno, std::system_category(), "write");
  });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "99_example: write: Broken pipe\n");
}

TEST(Chapter, AClosedStderrSwallowsNothingElse) {
  const ChildResult ended = run({}, [](Args&) { fmt::print("fine\n"); }, {.err = Sink::closed});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.out, "fine\n");
  const ChildResult failed =
      run({}, [](Args&) { throw std::runtime_error("no luck"); }, {.err = Sink::closed});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.out, "");
}

TEST(Chapter, ShowsEveryLineAtOnceWhateverStdoutIs) {
  const ChildResult result = run({}, [](Args&) {
    fmt::print("before\n");
    ::_exit(0);  // nothing is flushed any more
  });
  EXPECT_EQ(result.out, "before\n");
}

TEST(Chapter, WritesATraceWithItsNameAsTitle) {
  const test::TemporaryFile file;
  const ChildResult result = run({"--trace", file.path()}, [](Args&) {
    trace::idle(1, 2);
    throw std::runtime_error("no luck");
  });
  EXPECT_EQ(result.exit_code, 1);
  const test::Trace trace(file.path());
  EXPECT_EQ(trace.title(), "99_example");
  EXPECT_EQ(trace.events().size(), 1u);
}

TEST(Chapter, SaysThatTheTraceCanNotBeWritten) {
  const ChildResult missing = run({"--trace", "/nowhere/x"}, nothing);
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.err, "99_example: open the trace /nowhere/x: No such file or directory\n");
  const ChildResult full = run({"--trace", "/dev/full"}, nothing);
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(full.err, "99_example: write the trace /dev/full: No space left on device\n");
}

TEST(Chapter, RunsWithoutAnyArgv) {
  char* none[] = {nullptr};
  EXPECT_EQ(run_in_child([&] { return chapter_main(example(), 0, none, nothing); }).exit_code, 0);
}

}  // namespace chapter_test
}  // namespace book
