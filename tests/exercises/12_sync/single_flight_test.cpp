#include "exercise/single_flight.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"
#include "docs/answer.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Cache;

/// A site whose pages take 50 ms to load, a cache before it, and tasks that ask. Virtual time.
struct Site {
  long ms() { return (executor.reactor().now() - start) / 1ms; }
  void pass(Duration time) { executor.block_on(sleep(time)); }

  /// One who asks: what came, and when.
  struct Answer {
    std::string text = "nothing";
    long ms = 0;
    bool operator==(const Answer&) const = default;
  };
  void ask(std::string key, Answer& answer, Duration patience = 1s) {
    executor.spawn(asks(*this, std::move(key), answer, patience));
  }
  static Async<> asks(Site& site, std::string key, Answer& answer, Duration patience) {
    try {
      auto in_time = timeout(patience, site.cache.get(std::move(key)));
      auto text = co_await in_time;
      answer.text = text ? *text : "given up";
    } catch (const std::runtime_error& error) {
      answer.text = error.what();
    }
    answer.ms = site.ms();
  }

  static Async<std::string> load(Site& site, std::string key) {
    const int load = ++site.loads;
    co_await sleep(50ms);
    if (load == site.fails) throw std::runtime_error("the site is down");
    co_return key + " " + std::to_string(load);
  }

  int loads = 0;
  int fails = 0;  ///< the number of the load that fails
  Cache cache{[this](std::string key) { return load(*this, std::move(key)); }};
  Executor executor{{.time = TimeMode::virtual_time, .seed = {}}};
  Instant start = executor.reactor().now();
};

void PrintTo(const Site::Answer& answer, std::ostream* out) {
  *out << '"' << answer.text << "\" at " << answer.ms << " ms";
}
using Answer = Site::Answer;

// The test that would find it hangs: the thread waits in lock() for itself.
TEST(SingleFlight, HoldsNoStdLockAcrossAnAwait) {
  docs::expect_no_std_lock_across_an_await("single_flight");
}

TEST(SingleFlight, LoadsOnceForAllWhoAsk) {
  Site site;
  std::vector<Answer> answers(3);
  for (Answer& answer : answers) site.ask("page", answer);
  site.pass(2s);
  EXPECT_EQ(site.loads, 1) << "Three asked for the same page at the same moment, and it was loaded "
                           << site.loads << " times. The first loads it, the others wait for that.";
  const std::vector<Answer> all(3, Answer{"page 1", 50});
  EXPECT_EQ(answers, all);
}

TEST(SingleFlight, KeepsWhatItHasLoaded) {
  Site site;
  Answer first, later;
  site.ask("page", first);
  site.pass(60ms);
  site.ask("page", later);
  site.pass(1s);
  EXPECT_EQ(later, (Answer{"page 1", 60})) << "It was loaded 10 ms before, and is not there.";
}

TEST(SingleFlight, LetsNoKeyWaitForAnother) {
  Site site;
  Answer a, b;
  site.ask("a", a);
  site.ask("b", b);
  site.pass(2s);
  EXPECT_EQ(a, (Answer{"a 1", 50}));
  EXPECT_EQ(b, (Answer{"b 2", 50}))
      << "Two keys, 50 ms each, and the second had to wait for the first: a lock on the whole map "
         "was held while one was loaded. Look the key up under the lock, let it go, then wait.";
}

TEST(SingleFlight, KeepsNoFailure) {
  Site site;
  site.fails = 1;
  Answer first, later;
  site.ask("page", first);
  site.pass(60ms);
  EXPECT_EQ(first, (Answer{"the site is down", 50})) << "Who loads gets the exception.";
  site.ask("page", later);
  site.pass(1s);
  EXPECT_EQ(later, (Answer{"page 2", 110}))
      << "The first load failed. The site is up again, and the cache still says what it said then: "
         "a failure is not kept.";
}

TEST(SingleFlight, LoadsAnewForThoseWhoWaitedForAFailure) {
  Site site;
  site.fails = 1;
  Answer first, second, third, late;
  site.ask("page", first);
  site.ask("page", second);
  site.ask("page", third);
  site.pass(60ms);
  site.ask("page", late);  // the first load has failed, and the second is under way
  site.pass(2s);
  EXPECT_EQ(first, (Answer{"the site is down", 50}));
  EXPECT_EQ(second, (Answer{"page 2", 100}))
      << "The load it waited for has failed: now it is its own turn to load.";
  EXPECT_EQ(third, (Answer{"page 2", 100})) << "It waits for the second load, and gets the same.";
  EXPECT_EQ(late, (Answer{"page 2", 100}))
      << "It came when the first load had failed and the second was under way, and it loaded the "
         "page at the same time. After a failure the others go on with the same cell: leave it in "
         "the map.";
}

TEST(SingleFlight, GoesOnWhenTheFirstOneGivesUp) {
  Site site;
  Answer first, second, third;
  site.ask("page", first, 20ms);
  site.ask("page", second);
  site.ask("page", third);
  site.pass(2s);
  EXPECT_EQ(first, (Answer{"given up", 20}));
  EXPECT_TRUE(second.text.starts_with("page"))
      << "The first one who asked was dropped while it loaded, and the others wait forever for "
         "what it had begun. A load may end without a word: then the next in line loads.";
  EXPECT_EQ(third, second);
}

TEST(SingleFlight, LoadsAnewWhatWasForgotten) {
  Site site;
  Answer before, after;
  site.ask("page", before);
  site.pass(60ms);
  site.cache.forget("page");
  site.ask("page", after);
  site.pass(1s);
  EXPECT_EQ(after, (Answer{"page 2", 110})) << "It was to be forgotten, and was given once more.";
}

TEST(SingleFlight, ForgetsWhatIsJustBeingLoaded) {
  Site site;
  Answer before, after, between, late;
  site.ask("page", before);
  site.pass(20ms);
  site.cache.forget("page");
  site.ask("page", after);
  site.pass(40ms);
  site.ask("page", between);  // the old load has ended, and the new one has not
  site.pass(1s);
  site.ask("page", late);
  site.pass(1s);
  EXPECT_EQ(before, (Answer{"page 1", 50})) << "Who waits already gets what was being loaded.";
  EXPECT_EQ(after, (Answer{"page 2", 70}))
      << "forget() came before this one asked, and it was given what had begun to load earlier: "
         "old news.";
  EXPECT_EQ(between, (Answer{"page 2", 70}))
      << "The old load has ended after forget(), and what it brought is in the cache again. It is "
         "for those who waited for it, and must not be kept.";
  EXPECT_EQ(late.text, "page 2") << "What was forgotten is in the cache again.";
}

}  // namespace
}  // namespace book
