#include "exercise/steal_half.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "explorer/expect.h"

namespace book {
namespace {

using explorer::check;
using explorer::expect_every_schedule;
using explorer::Explore;

struct Job {
  int written = 0;  // plain: who takes a job has to see it
  std::atomic<int> taken{0};
};
using Queue = exercise::HalfQueue<Job>;

/// A loot with a wall behind it.
struct Bag {
  Queue::Loot loot{};
  std::array<Job*, 4> wall{};
  bool is_whole() const {
    for (const Job* brick : wall) {
      if (brick) return false;
    }
    return true;
  }
};

// ---- by hand, one thread ----------------------------------------------------

TEST(StealHalf, IsAQueueOfFour) {
  Queue queue;
  std::array<Job, 5> jobs;
  EXPECT_EQ(queue.pop(), nullptr) << "An empty queue gives nullptr.";
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(queue.push(&jobs[i]))
        << "There is room for four, and the queue refuses item " << i + 1 << ".";
  }
  EXPECT_FALSE(queue.push(&jobs[4]))
      << "Four are in it, and a fifth was let in: over which of them was it written?";
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(queue.pop(), &jobs[i]) << "First in, first out.";
  }
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST(StealHalf, TakesHalfOfItTheOldest) {
  // in it, stolen
  for (const auto& [count, stolen] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}, {1, 1}, {2, 1}, {3, 2}, {4, 2}}) {
    Queue queue;
    std::array<Job, 4> jobs;
    for (std::size_t i = 0; i < count; ++i) queue.push(&jobs[i]);
    Bag bag;
    ASSERT_EQ(queue.steal_half(bag.loot), stolen)
        << "Of " << count << " items a thief takes half, rounded up: so one alone is stolen, too. "
        << "Its worker may be busy for long.";
    for (std::size_t i = 0; i < stolen; ++i) EXPECT_EQ(bag.loot[i], &jobs[i]) << "The oldest.";
    for (std::size_t i = stolen; i < count; ++i) {
      EXPECT_EQ(queue.pop(), &jobs[i]) << "What was not stolen stays, in its order.";
    }
  }
}

TEST(StealHalf, GoesRoundAndRound) {
  Queue queue;
  std::array<Job, 3> jobs;
  Bag bag;
  for (int round = 0; round < 10; ++round) {
    for (Job& job : jobs) ASSERT_TRUE(queue.push(&job)) << "in round " << round;
    ASSERT_EQ(queue.steal_half(bag.loot), 2u);
    ASSERT_EQ(queue.pop(), &jobs[2]) << "in round " << round;
  }
}

// ---- under every schedule ---------------------------------------------------

struct Shared {
  Queue queue;
  std::array<Job, 6> jobs;
  const bool reads;  // what the owner wrote into a job

  explicit Shared(bool r) : reads(r) {}
  void take(Job* job) {
    check(job != nullptr, "a slot was taken that nothing was written into");
    if (reads) check(job->written == 7, "a job was taken before it was written");
    check(job->taken.fetch_add(1, std::memory_order_relaxed) == 0, "a job was taken twice");
  }
  void steals() {
    Bag bag;
    const std::size_t count = queue.steal_half(bag.loot);
    check(bag.is_whole(), "it wrote behind the loot: more than there can be was stolen");
    check(count <= bag.loot.size(), "more was stolen than the loot holds");
    for (std::size_t i = 0; i < count; ++i) take(bag.loot[i]);
  }
};

/// The owner fills the queue, pops in between, and so writes slots a second time.
void explore_with(Explore& e, int thieves, bool reads) {
  auto& s = e.make<Shared>(reads);
  e.name(s.queue, "queue");
  for (int i = 0; i < thieves; ++i) {
    e.thread(i ? "thief 2" : "thief", [&s] { s.steals(); });
  }
  e.thread("owner", [&s] {
    for (Job& job : s.jobs) {
      job.written = 7;
      if (!s.queue.push(&job)) s.take(&job);
      if (&job == &s.jobs[2] || &job == &s.jobs[3]) {
        if (Job* oldest = s.queue.pop()) s.take(oldest);
      }
    }
    while (Job* job = s.queue.pop()) s.take(job);
  });
  e.finally([&s] {
    for (const Job& job : s.jobs) {
      check(job.taken.load(std::memory_order_relaxed) == 1, "a job is lost");
    }
  });
}

TEST(StealHalf, LosesNothingToAThief) {
  expect_every_schedule("an owner and a thief", [](Explore& e) { explore_with(e, 1, false); });
}

TEST(StealHalf, ShowsAThiefWhatWasWrittenBeforeThePush) {
  expect_every_schedule("an owner, and a thief that reads its loot",
                        [](Explore& e) { explore_with(e, 1, true); });
}

TEST(StealHalf, LosesNothingToTwoThieves) {
  expect_every_schedule("an owner and two thieves", [](Explore& e) { explore_with(e, 2, true); },
                        {.preemptions = 1, .late_stores = 1});
}

}  // namespace
}  // namespace book
