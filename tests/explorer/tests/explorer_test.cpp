// The explorer itself: that it tries every schedule, and says what it found.
#include "explorer/explorer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace book::explorer {
namespace {

using Order = std::memory_order;

/// All orders in which two threads of two steps each come, within so many preemptions.
std::set<std::string> orders(int preemptions) {
  std::vector<std::string> orders;
  orders.reserve(100);  // what grows in a schedule would be called a leak
  struct Shared {
    std::atomic<std::size_t> place{0};
    std::string order = "....";
  };
  explore("orders", {.preemptions = preemptions}, [&orders](Explore& e) {
    auto& s = e.make<Shared>();
    for (const char* name : {"a", "b"}) {
      e.thread(name, [&s, name] {
        for (int i = 0; i < 2; ++i) s.order[s.place.fetch_add(1, Order::relaxed)] = *name;
      });
    }
    e.finally([&] { orders.push_back(s.order); });
  });
  return {orders.begin(), orders.end()};
}

TEST(Explorer, TriesEveryOrderWithinItsBound) {
  EXPECT_EQ(orders(0), (std::set<std::string>{"aabb", "bbaa"}));
  EXPECT_EQ(orders(1), (std::set<std::string>{"aabb", "bbaa", "abba", "baab"}));
  EXPECT_EQ(orders(9), (std::set<std::string>{"aabb", "bbaa", "abba", "baab", "abab", "baba"}));
}

/// A counter that is loaded and stored.
Result lost_update(const Options& options, bool in_one_step) {
  return explore("a counter", options, [in_one_step](Explore& e) {
    auto& counter = e.make<std::atomic<int>>(0);
    e.name(counter, "counter");
    for (const char* name : {"one", "another"}) {
      e.thread(name, [&counter, in_one_step] {
        if (in_one_step) {
          counter.fetch_add(1, Order::relaxed);
        } else {
          counter.store(counter.load(Order::relaxed) + 1, Order::relaxed);
        }
      });
    }
    e.finally([&counter] { check(counter.load(Order::relaxed) == 2, "an update is lost"); });
  });
}

TEST(Explorer, FindsALostUpdate) {
  EXPECT_EQ(lost_update({.late_stores = 0}, false).failure, "an update is lost");
  EXPECT_TRUE(lost_update({}, true).passed());
}

TEST(Explorer, FindsALostUpdateByLot) {
  const Result result = lost_update({.late_stores = 0, .by_lot = 1000}, false);
  EXPECT_EQ(result.failure, "an update is lost");
  EXPECT_LT(result.schedules, 1000);
  EXPECT_EQ(lost_update({.late_stores = 0, .by_lot = 1000}, false).replay, result.replay);
  EXPECT_EQ(lost_update({.by_lot = 100}, true).schedules, 100);
}

TEST(Explorer, AScheduleThatWasDrawnIsTakenAgainWithoutTheLottery) {
  // More preemptions than the bound would allow.
  const auto set_up = [](Explore& e) {
    auto& word = e.make<std::atomic<int>>(0);
    for (int i = 0; i < 2; ++i) {
      e.thread(i ? "one" : "two", [&word, i] {
        for (int turn = 0; turn < 4; ++turn) {
          int mine = 2 * turn + i;
          if (!word.compare_exchange_strong(mine, mine + 1, Order::acq_rel, Order::relaxed)) return;
        }
        check(i == 0, "eight turns");
      });
    }
  };
  EXPECT_TRUE(explore("turns", {.preemptions = 2}, set_up).passed());
  const Result drawn = explore("turns", {.preemptions = 7, .by_lot = 100'000}, set_up);
  ASSERT_EQ(drawn.failure, "eight turns");
  EXPECT_EQ(replay("turns", {.preemptions = 2}, drawn.replay, set_up).failure, "eight turns");
}

TEST(Explorer, WakesAnyOfThoseThatSleep) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    int asleep = 0;
    bool both = false, over = false;
    int first = -1;

    void sleep(int number) {
      std::unique_lock lock(mutex);
      if (over || asleep != number) return;  // left sleeps before right
      ++asleep;
      changed.wait(lock);
      if (first < 0) first = number;
      changed.notify_one();
    }
  };
  for (int wanted : {0, 1}) {
    const Result result = explore("two sleepers", {}, [wanted](Explore& e) {
      auto& s = e.make<Shared>();
      e.thread("left", [&s] { s.sleep(0); });
      e.thread("right", [&s] { s.sleep(1); });
      e.thread("waker", [&s] {
        std::lock_guard lock(s.mutex);
        s.over = true;
        s.both = s.asleep == 2;
        s.changed.notify_one();
      });
      e.finally([&s, wanted] { check(!s.both || s.first != wanted, "it was this one"); });
    });
    EXPECT_EQ(result.failure, "it was this one") << wanted;
  }
}

TEST(Explorer, PrintsAScheduleInColumnsAndTakesItAgain) {
  const auto set_up = [](Explore& e) {
    auto& flag = e.make<std::atomic<int>>(0);
    e.name(flag, "flag");
    e.thread("one", [&flag] { flag.store(1, Order::seq_cst); });
    e.thread("another", [&flag] { check(flag.load(Order::relaxed) == 0, "the flag is up"); });
  };
  const Result found = explore("a flag", {}, set_up);
  EXPECT_EQ(found.failure, "the flag is up");
  EXPECT_NE(found.report.find("one  "), std::string::npos) << found.report;
  EXPECT_NE(found.report.find("store flag 1, seq_cst"), std::string::npos) << found.report;
  EXPECT_NE(found.report.find("explorer_test.cpp:"), std::string::npos) << found.report;
  EXPECT_NE(found.report.find("load flag 1, relaxed"), std::string::npos) << found.report;

  const Result again = replay("a flag", {}, found.replay, set_up);
  EXPECT_EQ(again.report, found.report);
  const Result other = replay("a flag", {}, "0:1", set_up);
  EXPECT_EQ(other.failure, "") << other.report;
  EXPECT_NE(other.report.find("it ends well"), std::string::npos) << other.report;
  EXPECT_THROW(replay("a flag", {}, "three", set_up), std::invalid_argument);
}

TEST(Explorer, PrintsNoStepThatNoOtherThreadCanTell) {
  struct Shared {
    std::atomic<int> word{0}, mine{0}, constant{0};
  };
  const Result result = explore("words", {}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.name(s.word, "word");
    e.name(s.mine, "mine");
    e.name(s.constant, "constant");
    e.thread("one", [&s] {
      s.mine.store(s.constant.load(Order::relaxed), Order::relaxed);
      s.word.store(1, Order::seq_cst);
    });
    e.thread("another", [&s] {
      s.constant.load(Order::relaxed);
      s.word.store(2, Order::seq_cst);
    });
    e.finally([&s] { check(s.word.load(Order::relaxed) == 2, "the first came last"); });
  });
  EXPECT_EQ(result.failure, "the first came last");
  EXPECT_NE(result.report.find("store word 1, seq_cst"), std::string::npos) << result.report;
  EXPECT_NE(result.report.find("store word 2, seq_cst"), std::string::npos) << result.report;
  EXPECT_EQ(result.report.find("mine"), std::string::npos) << result.report;
  EXPECT_EQ(result.report.find("constant"), std::string::npos) << result.report;
  EXPECT_EQ(result.schedules, 2);
}

/// Looks, and goes to sleep. `looks_again`: as it should, after it said that it sleeps.
Result sleeper(bool looks_again) {
  struct Shared {
    std::atomic<bool> news{false}, asleep{false};
    Parker parker;
  };
  return explore("a sleeper", {}, [looks_again](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("sleeper", [&s, looks_again] {
      while (!s.news.load(Order::seq_cst)) {
        s.asleep.store(true, Order::seq_cst);
        if (looks_again && s.news.load(Order::seq_cst)) break;
        s.parker.park();
      }
    });
    e.thread("waker", [&s] {
      s.news.store(true, Order::seq_cst);
      if (s.asleep.exchange(false, Order::seq_cst)) s.parker.unpark();
    });
  });
}

TEST(Explorer, FindsALostWake) {
  EXPECT_EQ(sleeper(false).failure, "asleep forever: sleeper is parked");
  EXPECT_TRUE(sleeper(true).passed());
}

TEST(Explorer, FindsTwoMutexesThatAreTakenCrosswise) {
  struct Shared {
    std::mutex left, right;
  };
  const auto cross = [](bool crosswise) {
    return explore("two mutexes", {}, [crosswise](Explore& e) {
      auto& s = e.make<Shared>();
      e.thread("one", [&s] {
        std::lock_guard first(s.left);
        std::lock_guard second(s.right);
      });
      e.thread("another", [&s, crosswise] {
        std::lock_guard first(crosswise ? s.right : s.left);
        std::lock_guard second(crosswise ? s.left : s.right);
      });
    });
  };
  EXPECT_EQ(cross(true).failure,
            "asleep forever: one waits for a mutex, another waits for a mutex");
  EXPECT_TRUE(cross(false).passed());
}

TEST(Explorer, AMutexOrdersWhatItGuards) {
  struct Shared {
    std::mutex mutex;
    int number = 0;
  };
  const auto count = [](bool guarded) {
    return explore("a number", {}, [guarded](Explore& e) {
      auto& s = e.make<Shared>();
      for (const char* name : {"one", "another"}) {
        e.thread(name, [&s, guarded] {
          std::unique_lock lock(s.mutex, std::defer_lock);
          if (guarded) lock.lock();
          ++s.number;
        });
      }
      e.finally([&s] { check(s.number == 2, "an update is lost"); });
    });
  };
  EXPECT_TRUE(count(true).passed());
  EXPECT_EQ(count(false).failure.substr(0, 10), "data race:");
}

TEST(Explorer, ACondition) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool news = false;
  };
  const auto wait = [](bool tells) {
    return explore("a condition", {}, [tells](Explore& e) {
      auto& s = e.make<Shared>();
      e.thread("sleeper", [&s] {
        std::unique_lock lock(s.mutex);
        s.changed.wait(lock, [&s] { return s.news; });
      });
      e.thread("waker", [&s, tells] {
        std::lock_guard lock(s.mutex);
        s.news = true;
        if (tells) s.changed.notify_one();
      });
    });
  };
  EXPECT_TRUE(wait(true).passed());
  EXPECT_EQ(wait(false).failure, "asleep forever: sleeper waits for a condition variable");
}

TEST(Explorer, AnAtomicThatIsWaitedForIsAFutex) {
  const auto wait = [](bool tells) {
    return explore("a word", {}, [tells](Explore& e) {
      auto& word = e.make<std::atomic<int>>(0);
      e.thread("sleeper", [&word] { word.wait(0, Order::acquire); });
      e.thread("waker", [&word, tells] {
        word.store(1, Order::release);
        if (tells) word.notify_one();
      });
    });
  };
  const Result good = wait(true);
  EXPECT_TRUE(good.passed()) << good.report;
  EXPECT_EQ(wait(false).failure, "asleep forever: sleeper waits in a futex");
}

TEST(Explorer, AThreadThatSpinsLetsTheOthersGoOn) {
  const auto spin = [](bool raised) {
    return explore("a flag", {.max_steps = 300}, [raised](Explore& e) {
      auto& flag = e.make<std::atomic<bool>>(false);
      e.thread("spinner", [&flag] {
        while (!flag.load(Order::acquire)) {
        }
      });
      e.thread("other", [&flag, raised] { flag.store(raised, Order::release); });
    });
  };
  const Result result = spin(true);
  EXPECT_TRUE(result.passed()) << result.report;
  EXPECT_LT(result.schedules, 500);
  EXPECT_EQ(spin(false).failure, "does not end: more than 300 steps");
}

TEST(Explorer, SaysWhenAThreadThrowsOrCrashes) {
  const auto end = [](void (*how)()) {
    return explore("an end", {}, [how](Explore& e) { e.thread("one", how); }).failure;
  };
  EXPECT_EQ(end([] { throw std::runtime_error("boom"); }), "a thread ended in an exception: boom");
  EXPECT_EQ(end([] { std::abort(); }), "crashes: Aborted");
  EXPECT_EQ(end([] {
              volatile int* volatile nowhere = nullptr;
              *nowhere = 1;
            }),
            "crashes: Segmentation fault");
}

/// Two owners, of which the last frees what they own. The count goes down in one step, or in two.
Result last_owner(bool in_one_step) {
  struct Shared {
    std::atomic<int> owners{2};
    int* number = nullptr;

    void drop(bool in_one_step) {
      const int before =
          in_one_step ? owners.fetch_sub(1, Order::acq_rel) : owners.load(Order::acquire);
      if (!in_one_step) owners.store(before - 1, Order::release);
      if (before == 1) delete number;
    }
  };
  return explore("owners", {.late_stores = 0}, [in_one_step](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("maker", [&s, in_one_step] {
      s.number = new int(7);
      s.drop(in_one_step);
    });
    e.thread("other", [&s, in_one_step] { s.drop(in_one_step); });
  });
}

TEST(Explorer, SaysWhatIsNeverFreed) {
  EXPECT_TRUE(last_owner(true).passed()) << last_owner(true).report;
  const Result result = last_owner(false);
  EXPECT_EQ(result.failure.rfind("memory is lost: 1 block allocated at explorer_test.cpp:", 0), 0U)
      << result.failure;
}

TEST(Explorer, EachThreadHasItsOwnThreadLocals) {
  static thread_local int mine = 0;
  const Result result = explore("thread-locals", {}, [](Explore& e) {
    auto& word = e.make<std::atomic<int>>(0);
    for (int i : {1, 2, 3}) {
      e.thread("one", [&word, i] {
        mine = i;
        word.fetch_add(1, Order::relaxed);
        check(mine == i, "another's variable");
      });
    }
  });
  EXPECT_TRUE(result.passed());
}

TEST(Explorer, SaysThatItGaveUp) {
  EXPECT_EQ(lost_update({.max_schedules = 1}, true).failure,
            "more than 1 schedules: not all were tried");
}

}  // namespace
}  // namespace book::explorer
