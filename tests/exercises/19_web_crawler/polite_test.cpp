#include "exercise/polite.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "04_io_executor/executor.h"
#include "10_spawning/timeout.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Polite;
using Times = std::vector<long>;

/// Requests that take 10 ms each, in virtual time; when those to each host began.
struct Hosts {
  explicit Hosts(std::size_t places, Duration interval = 100ms) : polite(places, interval) {}

  void ask(std::string host, int many = 1, Duration patience = 1h) {
    for (int i = 0; i < many; ++i) executor.spawn(asks(*this, host, patience));
  }
  static Async<> asks(Hosts& hosts, std::string host, Duration patience) {
    auto in_time = timeout(patience, hosts.polite.turn(host));
    const auto place = co_await in_time;
    if (!place) co_return;
    hosts.began[host].push_back(hosts.ms());
    co_await sleep(10ms);
  }
  long ms() { return (executor.reactor().now() - start) / 1ms; }
  void pass(Duration time) { executor.block_on(sleep(time)); }
  void quiet(std::string host, Duration time) { executor.block_on(says_quiet(polite, host, time)); }
  static Async<> says_quiet(Polite& polite, std::string host, Duration time) {
    polite.quiet(host, time);
    co_return;
  }

  Polite polite;  // outlives the tasks of the executor
  std::map<std::string, Times> began;
  Executor executor{{.time = TimeMode::virtual_time, .seed = {}}};
  Instant start = executor.reactor().now();
};

TEST(Polite, LeavesAnIntervalBetweenTheRequestsToAHost) {
  Hosts hosts(4);
  hosts.ask("a", 2);
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], (Times{0, 100}))
      << "Two pages of one host, an interval of 100 ms, and places enough.";
}

TEST(Polite, GivesEachHostATimeOfItsOwn) {
  Hosts hosts(6);
  for (const char* host : {"a", "b", "c"}) hosts.ask(host, 2);
  hosts.pass(10s);
  for (const char* host : {"a", "b", "c"})
    EXPECT_EQ(hosts.began[host], (Times{0, 100}))
        << host << " has had no request before: it need not wait for the others' intervals.";
}

TEST(Polite, HoldsNoPlaceWhileItWaitsForItsHost) {
  Hosts hosts(1);
  hosts.ask("a", 2);
  hosts.pass(20ms);
  hosts.ask("b");
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["b"], (Times{20}))
      << "One place, and at 20 ms nobody is fetching: the second page of a waits for its time. If "
         "it "
         "sleeps with the place in its hands, b waits with it.";
}

TEST(Polite, KeepsNoMoreUnderWayThanThereArePlaces) {
  Hosts hosts(2);
  for (const char* host : {"a", "b", "c", "d"}) hosts.ask(host);
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], Times{0});
  EXPECT_EQ(hosts.began["b"], Times{0});
  EXPECT_EQ(hosts.began["c"], Times{10})
      << "Two places, and four hosts: the third waits until one of the first two is done.";
  EXPECT_EQ(hosts.began["d"], Times{10});
}

TEST(Polite, OneThatGivesUpLeavesItsTimeToTheNext) {
  Hosts hosts(4);
  hosts.ask("a");
  hosts.ask("a", 3, 50ms);  // these give up
  hosts.pass(60ms);
  hosts.ask("a");
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], (Times{0, 100}))
      << "Three gave up while they waited. The times that they would have had are free again.";
}

TEST(Polite, LooksOnceMoreWhenItHasAPlace) {
  Hosts hosts(2, 100ms);
  hosts.ask("x");
  hosts.ask("y");
  hosts.ask("a", 2);
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], (Times{10, 110}))
      << "Both pages of a waited for a place, and got one in the same moment. The time of the host "
         "was "
         "right for the first of them only.";
}

TEST(Polite, GivesThePlaceBackWhenTheTimeIsNotRight) {
  Hosts hosts(2, 100ms);
  hosts.ask("x");
  hosts.ask("y");
  hosts.ask("a", 2);
  hosts.pass(25ms);
  hosts.ask("b");
  hosts.ask("c");
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["b"], Times{25});
  EXPECT_EQ(hosts.began["c"], Times{25}) << "The second page of a got a place at 10 ms, and saw "
                                            "that its time was now 110. If it keeps "
                                            "the place and sleeps, one of two places is gone for "
                                            "100 ms. Give it back before you sleep.";
}

TEST(Polite, QuietIsForThoseWhoWaitAlready) {
  Hosts hosts(4);
  hosts.ask("a", 3);
  hosts.pass(50ms);
  hosts.quiet("a", 1s);
  hosts.ask("a");
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], (Times{0, 1050, 1150, 1250}))
      << "At 50 ms the host asked for a second of quiet. Then they come one by one: all at once "
         "would "
         "be what it has complained of.";
}

TEST(Polite, QuietIsNeverShorter) {
  Hosts hosts(4);
  hosts.quiet("a", 1s);
  hosts.quiet("a", 200ms);
  hosts.ask("a");
  hosts.pass(10s);
  EXPECT_EQ(hosts.began["a"], Times{1000}) << "Two pages were refused; one was told a second, and "
                                              "the other, later, 200 ms. The longer one "
                                              "counts.";
}

}  // namespace
}  // namespace book
