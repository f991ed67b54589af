// The trace, written by hand as an executor and a reactor would, and read back.
#include "common/trace.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "common/reactor/reactor.h"
#include "common/waker.h"
#include "support/child_process.h"
#include "support/trace_reader.h"

namespace book {
namespace trace_test {

using test::ChildResult;
using test::run_in_child;
using test::TemporaryFile;
using test::Trace;
using test::TraceLine;
using trace::Outcome;
using Chain = std::vector<std::string>;

/// Tasks are named by addresses; these are some.
const char tasks[4] = {};
const void* const kFirst = &tasks[0];
const void* const kSecond = &tasks[1];

/// A trace while the scope lasts, and then what it wrote.
Trace record(const std::function<void()>& events, const std::string& title = "a test") {
  const TemporaryFile file;
  trace::start(file.path(), title);
  events();
  trace::stop();
  return Trace(file.path());
}

TEST(Trace, IsOffUntilItIsStartedAndAfterItIsStopped) {
  EXPECT_FALSE(trace::enabled());
  trace::wake(kFirst);  // nobody should call this now; harmless
  trace::stop();
  const Trace trace = record([] { EXPECT_TRUE(trace::enabled()); });
  EXPECT_FALSE(trace::enabled());
  EXPECT_EQ(trace.title(), "a test");
  EXPECT_TRUE(trace.events().empty());
}

TEST(Trace, WritesEveryEventInItsExactForm) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {"main.cpp", 12});
    trace::poll_begin(kFirst);
    trace::await_at({"main.cpp", 20});
    trace::store(kFirst, "reading fd", 7);
    trace::waker_clone(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::idle(1, 2);
    {
      trace::Cause cause = trace::Cause::io(7, true, true);
      trace::wake(kFirst);
    }
    trace::waker_drop(kFirst);
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::ready);
    trace::drop(kFirst);
  });
  std::vector<std::string> lines;
  for (const TraceLine& line : trace.events()) {
    std::string json = line.json();
    const std::size_t t = json.find("\"t\":") + 4;
    json.replace(t, json.find(',', t) - t, "_");
    lines.push_back(json);
  }
  EXPECT_EQ(
      lines,
      (std::vector<std::string>{
          R"({"n":1,"t":_,"th":1,"e":"spawn","k":1,"by":"thread 1","l":"main.cpp:12"})",
          R"({"n":2,"t":_,"th":1,"e":"poll+","k":1,"c":1})",
          R"({"n":3,"t":_,"th":1,"e":"store","k":1,"w":1,"l":"main.cpp:20","why":"reading fd 7"})",
          R"({"n":4,"t":_,"th":1,"e":"wclone","k":1,"w":1,"by":"task 1"})",
          R"({"n":5,"t":_,"th":1,"e":"poll-","k":1,"is":"pending"})",
          R"({"n":6,"t":_,"th":1,"e":"idle","why":"timers 1, descriptors 2"})",
          R"({"n":7,"t":_,"th":1,"e":"io","why":"fd 7 readable, writable"})",
          R"({"n":8,"t":_,"th":1,"e":"wake","k":1,"w":1,"by":"thread 1","c":7})",
          R"({"n":9,"t":_,"th":1,"e":"wdrop","k":1,"w":1,"by":"thread 1"})",
          R"({"n":10,"t":_,"th":1,"e":"poll+","k":1,"c":8})",
          R"({"n":11,"t":_,"th":1,"e":"poll-","k":1,"is":"ready"})",
          R"({"n":12,"t":_,"th":1,"e":"drop","k":1,"by":"thread 1"})",
      }));
}

TEST(Trace, TellsWhyATaskIsAwake) {
  // A timer wakes the first task, which wakes the second.
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::spawn(kSecond, {});
    for (const void* task : {kFirst, kSecond}) {
      trace::poll_begin(task);
      trace::poll_end(task, Outcome::pending);
    }
    {
      trace::Cause cause = trace::Cause::timer();
      trace::wake(kFirst);
    }
    trace::poll_begin(kFirst);
    trace::wake(kSecond);
    trace::poll_end(kFirst, Outcome::pending);
    trace::poll_begin(kSecond);
    trace::poll_end(kSecond, Outcome::threw);
  });
  const TraceLine last = trace.all("poll+").back();
  EXPECT_EQ(trace.causes_of(last.number("n")), (Chain{"poll+", "wake", "poll+", "wake", "timer"}));
  EXPECT_EQ(trace.at(last.number("c")).text("by"), "task 1");
  EXPECT_EQ(trace.all("poll-").back().text("is"), "threw");
}

TEST(Trace, APollNamesTheFirstOfSeveralWakesAndNoneTwice) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::wake(kFirst);  // changes nothing: it is scheduled already
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::wake(kFirst);
    trace::wake(kFirst);
    trace::poll_begin(kFirst);
    trace::wake(kFirst);  // while it runs: this is what the next poll comes from
    trace::poll_end(kFirst, Outcome::pending);
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::poll_begin(kFirst);  // for no reason
    trace::poll_end(kFirst, Outcome::pending);
  });
  std::vector<long> causes;
  for (const TraceLine& poll : trace.all("poll+")) causes.push_back(poll.number("c"));
  EXPECT_EQ(causes, (std::vector<long>{1, 5, 8, 0}));
}

TEST(Trace, APollThatNobodyAskedForNamesTheDropOfItsWaker) {
  const Trace trace = record([] {
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::waker_drop(kFirst);
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
  });
  EXPECT_EQ(trace.causes_of(4), (Chain{"poll+", "wdrop"}));
}

TEST(Trace, CausesAndPollsMayBeNested) {
  const Trace trace = record([] {
    trace::Cause outer = trace::Cause::io(3, true, false);
    {
      trace::Cause inner = trace::Cause::timer();
      trace::wake(kFirst);
    }
    trace::wake(kFirst);
    trace::poll_begin(kFirst);
    trace::wake(kSecond);
    trace::poll_begin(kSecond);
    trace::wake(kFirst);
    trace::poll_end(kSecond, Outcome::ready);
    trace::wake(kSecond);
    trace::poll_end(kFirst, Outcome::ready);
    trace::wake(kFirst);
  });
  std::vector<std::string> wakes;
  for (const TraceLine& wake : trace.all("wake")) {
    wakes.push_back(wake.text("by") + ", " + trace.at(wake.number("c")).event());
  }
  EXPECT_EQ(wakes, (Chain{"thread 1, timer", "thread 1, io", "task 1, poll+", "task 2, poll+",
                          "task 1, poll+", "thread 1, io"}));
}

TEST(Trace, WakesFromAnotherThreadNameIt) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    std::thread([] { trace::wake(kFirst); }).join();
  });
  EXPECT_EQ(trace.all("wake")[0].text("by"), "thread 2");
  EXPECT_EQ(trace.all("wake")[0].number("th"), 2);
  EXPECT_FALSE(trace.all("wake")[0].has("c"));
}

TEST(Trace, ATaskAtAReusedAddressIsANewOne) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::drop(kFirst);
    trace::wake(kFirst);        // a waker that outlived its task:
    trace::waker_drop(kFirst);  // it still names the old one
    trace::spawn(kFirst, {});
    trace::wake(kFirst);
  });
  std::vector<long> numbers;
  for (const TraceLine& line : trace.events()) numbers.push_back(line.number("k"));
  EXPECT_EQ(numbers, (std::vector<long>{1, 1, 1, 1, 2, 2}));
}

TEST(Trace, AWakerThatIsNoTasksOwnHasANumberToo) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::store(kSecond, "a child of a join", -1);
    trace::wake(kSecond);
  });
  EXPECT_FALSE(trace.at(2).has("k"));
  EXPECT_EQ(trace.at(2).number("w"), 2);
  EXPECT_EQ(trace.at(2).text("why"), "a child of a join");
  EXPECT_FALSE(trace.at(3).has("k"));
  EXPECT_EQ(trace.at(3).number("w"), 2);
}

TEST(Trace, SaysWhichWakeUsesItsWakerUp) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::wake(kFirst);
    trace::wake_by_value(kFirst);
  });
  EXPECT_FALSE(trace.at(2).has("up"));
  EXPECT_EQ(trace.at(3).number("up"), 1);
}

TEST(Trace, ASpawnCarriesTheNameThatWasGivenForItAndTheNextOneDoesNot) {
  const Trace trace = record([] {
    trace::name_next("the reader");
    trace::spawn(kFirst, {"main.cpp", 1});
    trace::spawn(kSecond, {"main.cpp", 2});
  });
  EXPECT_EQ(trace.at(1).text("name"), "the reader");
  EXPECT_FALSE(trace.at(2).has("name"));
}

TEST(Trace, InVirtualTimePollsTimersAndIdlesSayItAndAStoreItsDeadline) {
  const Trace trace = record([] {
    Reactor reactor(TimeMode::virtual_time);
    const Reactor::Scope current(reactor);
    const Waker waker = Waker::noop();
    Timer timer;
    trace::poll_begin(kFirst);
    reactor.arm(timer, reactor.now() + std::chrono::seconds(86'400), waker);
    trace::store(kFirst, "a timer", -1);
    trace::store(kFirst, "something else", -1);
    trace::poll_end(kFirst, Outcome::pending);
    trace::idle(1, 0);
    reactor.wait();
    trace::poll_begin(kFirst);
  });
  EXPECT_EQ(trace.all("poll+")[0].number("vt"), 0);
  EXPECT_TRUE(trace.all("poll+")[0].has("vt"));
  EXPECT_EQ(trace.all("store")[0].number("due"), 86'400'000'000);
  EXPECT_FALSE(trace.all("store")[1].has("due")) << "the deadline belongs to one store";
  EXPECT_EQ(trace.all("idle")[0].number("vt"), 0);
  EXPECT_EQ(trace.all("timer")[0].number("vt"), 86'400'000'000);
  EXPECT_EQ(trace.all("poll+")[1].number("vt"), 86'400'000'000);
}

TEST(Trace, InRealTimeADeadlineCountsFromTheBeginningOfTheTraceAndNothingIsVirtual) {
  const Trace trace = record([] {
    Reactor reactor;
    const Reactor::Scope current(reactor);
    const Waker waker = Waker::noop();
    Timer timer;
    reactor.arm(timer, reactor.now() + std::chrono::hours(1), waker);
    trace::store(kFirst, "a timer", -1);
    trace::idle(1, 0);
  });
  EXPECT_GE(trace.at(1).number("due"), 3'600'000'000);
  EXPECT_FALSE(trace.at(2).has("vt"));
}

TEST(Trace, ATimerNamesTheTaskThatItWakes) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {});
    trace::caused_by_timer(kFirst, [] { trace::wake_by_value(kFirst); });
  });
  EXPECT_EQ(trace.all("timer")[0].number("k"), 1);
  EXPECT_EQ(trace.all("wake")[0].number("c"), 2);
}

TEST(Trace, ALongRunKeepsItsBeginningAndItsEndAndSaysWhatIsMissing) {
  constexpr std::size_t kFirstBytes = 3000, kLastBytes = 2000;
  constexpr long kEvents = 2000;
  const TemporaryFile file;
  trace::start(file.path(), "long", {.first = kFirstBytes, .last = kLastBytes});
  trace::spawn(kFirst, {"main.cpp", 1});
  for (long i = 1; i < kEvents; ++i) trace::wake(kFirst);
  trace::stop();

  const std::string content = file.content();
  EXPECT_LE(content.size(), kFirstBytes + 2 * kLastBytes + 200);
  std::istringstream lines(content);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, R"({"v":1,"title":"long"})");
  long next = 1, cuts = 0;
  while (std::getline(lines, line)) {
    const TraceLine event(line);
    if (event.event() == "cut") {
      EXPECT_EQ(event.number("from"), next) << "the first event that is missing";
      EXPECT_GT(event.number("n"), next);
      ++cuts;
    } else {
      EXPECT_EQ(event.number("n"), next) << line;
    }
    next = event.number("n") + 1;
  }
  EXPECT_EQ(cuts, 1);
  EXPECT_EQ(next, kEvents + 1) << "the last event is there";
}

TEST(Trace, WhatStdoutAlsoIsIsNeverCut) {
  const TemporaryFile file;
  const ChildResult result = run_in_child([&] {
    if (!std::freopen(file.path().c_str(), "a", stdout)) return 1;
    trace::start(file.path(), "shared", {.first = 300, .last = 100});
    for (int i = 0; i < 100; ++i) trace::wake(kFirst);
    trace::stop();
    return 0;
  });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(Trace(file.path()).events().size(), 100u);
}

TEST(Trace, AContextNotesWhatItsTaskWaitsFor) {
  const Waker waker = Waker::noop();
  const Trace trace = record([&] {
    Waker slot;
    Context cx(waker);
    cx.store(slot, "reading fd", 7);
  });
  EXPECT_EQ(trace.all("store")[0].text("why"), "reading fd 7");
}

TEST(Trace, FilesAreNamedFromTheTopOfTheProject) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {__builtin_FILE(), 7});
    trace::spawn(kSecond, {"/somewhere/else.cpp", 8});
  });
  EXPECT_EQ(trace.at(1).text("l"), "tests/common/trace_test.cpp:7");
  EXPECT_EQ(trace.at(2).text("l"), "/somewhere/else.cpp:8");
}

TEST(Trace, EscapesWhatJsonCanNotHold) {
  const std::string nasty =
      "a \"quote\", a \\, a\nline, a\ttab, \x01, \x7f, \xC3\xA9 and \xF0\x9F\x8C\x8D";
  const Trace trace = record([&] { trace::store(kFirst, nasty.c_str(), 1); }, nasty);
  EXPECT_EQ(trace.title(), nasty);
  EXPECT_EQ(trace.at(1).text("why"), nasty + " 1");
}

TEST(Trace, EveryTraceCountsFromTheBeginning) {
  for (int round = 0; round < 2; ++round) {
    const Trace trace = record([] {
      std::thread([] { trace::spawn(kSecond, {}); }).join();
      trace::wake(kSecond);
      trace::poll_begin(kFirst);  // and never ended in this trace
    });
    EXPECT_EQ(trace.at(1).number("th"), 1);
    EXPECT_EQ(trace.at(1).number("k"), 1);
    EXPECT_EQ(trace.at(2).number("th"), 2);
    EXPECT_EQ(trace.at(2).text("by"), "thread 2") << "the poll of the last trace must be forgotten";
  }
}

TEST(Trace, StartingAnotherOneEndsTheFirst) {
  const TemporaryFile first, second;
  trace::start(first.path(), "first");
  {
    trace::Cause cause = trace::Cause::timer();
    trace::start(second.path(), "second");
    trace::wake(kFirst);
  }
  trace::wake(kFirst);
  trace::stop();
  EXPECT_EQ(Trace(first.path()).events().size(), 1u);
  const Trace trace(second.path());
  EXPECT_EQ(trace.title(), "second");
  ASSERT_EQ(trace.events().size(), 2u);
  EXPECT_FALSE(trace.at(1).has("c"));
  EXPECT_FALSE(trace.at(2).has("c"));
}

TEST(Trace, AFileThatCanNotBeOpenedIsAnErrorAndTheOldTraceGoesOn) {
  const Trace trace = record([] {
    EXPECT_THROW(trace::start("/nowhere/x", "x"), std::system_error);
    EXPECT_THROW(trace::start("/dev/full", "x"), std::system_error);
    trace::wake(kFirst);
  });
  EXPECT_EQ(trace.events().size(), 1u);
}

TEST(Trace, SurvivesAProgramThatIsKilled) {
  const TemporaryFile file;
  const ChildResult result = run_in_child([&] {
    trace::start(file.path(), "killed");
    trace::spawn(kFirst, {"main.cpp", 1});
    trace::poll_begin(kFirst);
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(result.signal, SIGKILL);
  const Trace trace(file.path());
  EXPECT_EQ(trace.title(), "killed");
  EXPECT_EQ(trace.events().size(), 2u);
}

TEST(Trace, ADiskThatFillsUpIsSaidOnceAndEndsTheTraceOnly) {
  const TemporaryFile file;
  const ChildResult result = run_in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300, 300};
    trace::start(file.path(), "too long");
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 100; ++i) {
      trace::wake(kFirst);
      trace::Cause cause = trace::Cause::timer();
    }
    return trace::enabled() ? 1 : 0;
  });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "trace: " + file.path() + ": File too large; the trace ends here\n");
}

TEST(Trace, ManyThreadsWriteWholeLines) {
  constexpr int kThreads = 4, kEvents = 500;
  const Trace trace = record([] {
    std::vector<std::thread> threads;
    for (const char& task : tasks) {
      threads.emplace_back([name = &task] {
        trace::spawn(name, {"main.cpp", 1});
        for (int i = 0; i < kEvents; ++i) {
          trace::poll_begin(name);
          trace::Cause cause = trace::Cause::timer();
          trace::wake(kFirst);
          trace::poll_end(name, Outcome::pending);
        }
        trace::drop(name);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(trace.events().size(), static_cast<std::size_t>(kThreads * (4 * kEvents + 2)));
  for (const TraceLine& wake : trace.all("wake")) {
    const TraceLine& cause = trace.at(wake.number("c"));
    EXPECT_EQ(cause.event(), "timer");
    EXPECT_EQ(cause.number("th"), wake.number("th"));
  }
}

TEST(Trace, APoolsWorkersHaveNamesAndSayWhenTheySleepAndWhatTheySteal) {
  const Trace trace = record([] {
    const trace::ThreadName name("worker 0");
    trace::spawn(kFirst, {"main.cpp", 12});
    trace::park();
    std::thread([] {
      const trace::ThreadName other("worker 1");
      trace::steal(kFirst, "worker 0");
      trace::poll_begin(kFirst);
    }).join();
    trace::unpark();
  });
  std::vector<std::string> lines;
  for (const TraceLine& line : trace.events()) lines.push_back(line.json());
  for (std::string& line : lines) line.erase(0, line.find("\"th\""));
  EXPECT_EQ(lines,
            (std::vector<std::string>{
                R"("th":1,"e":"spawn","tn":"worker 0","k":1,"by":"thread 1","l":"main.cpp:12"})",
                R"("th":1,"e":"park"})",
                R"("th":2,"e":"steal","tn":"worker 1","k":1,"from":"worker 0"})",
                R"("th":2,"e":"poll+","k":1,"c":1})",
                R"("th":1,"e":"unpark"})",
            }));
}

TEST(Trace, AThreadKeepsItsNameForTheNextTraceAndGivesItBack) {
  const trace::ThreadName outer("outer");
  for (int i = 0; i < 2; ++i) {
    const Trace trace = record([] {
      {
        const trace::ThreadName inner("a name of more than 15 characters");
        trace::park();
        trace::unpark();
      }
      trace::park();
    });
    EXPECT_EQ(trace.at(1).text("tn"), "a name of more ");
    EXPECT_FALSE(trace.at(2).has("tn")) << "once is enough";
    EXPECT_EQ(trace.at(3).text("tn"), "outer");
  }
}

TEST(Trace, AThreadThatGivesItsOnlyNameBackHasNone) {
  const Trace trace = record([] {
    {
      const trace::ThreadName name("worker 0");
      trace::park();
    }
    trace::unpark();
    trace::park();
  });
  EXPECT_EQ(trace.at(1).text("tn"), "worker 0");
  EXPECT_TRUE(trace.at(2).has("tn")) << trace.at(2).json();
  EXPECT_EQ(trace.at(2).text("tn"), "");
  EXPECT_FALSE(trace.at(3).has("tn")) << "once is enough";
}

TEST(Trace, AWakeThatAnotherThreadWroteDownTooEarlyIsTheCauseOfTheNextPoll) {
  const Trace trace = record([] {
    trace::spawn(kFirst, {"main.cpp", 12});
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::wake(kFirst);
    std::thread([] { trace::wake(kFirst); }).join();  // its step on the state word comes later:
    trace::poll_begin(kFirst);                        // now
    trace::poll_end(kFirst, Outcome::pending);
    trace::poll_begin(kFirst);
    trace::poll_end(kFirst, Outcome::pending);
    trace::poll_begin(kFirst);
  });
  EXPECT_EQ(trace.at(6).number("c"), 4);
  EXPECT_EQ(trace.at(8).number("c"), 5);
  EXPECT_EQ(trace.at(10).number("c"), 0) << "named twice";
}

TEST(Trace, StoppingItWhileOthersWriteIsHarmless) {
  const TemporaryFile file;
  trace::start(file.path(), "stopped");
  std::thread writer([] {
    while (trace::enabled()) trace::wake(kFirst);
  });
  trace::stop();
  writer.join();
  EXPECT_EQ(Trace(file.path()).title(), "stopped");
}

}  // namespace trace_test
}  // namespace book
