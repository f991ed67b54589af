// Tests of the piece steal_half: a worker's queue, from which another worker takes half. Here it
// has room for four.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "15_threads/steal_queue.h"
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
using Queue = StealQueue<Job, 4>;

/// What a thief has: one in its hands, the others in its queue.
std::vector<Job*> loot_of(Job* in_its_hands, Queue& thief) {
  std::vector<Job*> loot;
  if (in_its_hands) loot.push_back(in_its_hands);
  while (Job* job = thief.pop()) loot.push_back(job);
  std::sort(loot.begin(), loot.end());
  return loot;
}

// ---- by hand, one thread ----------------------------------------------------

TEST(StealHalf, IsAQueueOfFour) {
  Queue queue;
  std::array<Job, 5> jobs;
  EXPECT_EQ(queue.pop(), nullptr) << "pop: an empty queue gives nullptr.";
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(queue.push(&jobs[i]))
        << "push: there is room for four, and the queue refuses item " << i + 1 << ".";
  }
  EXPECT_FALSE(queue.push(&jobs[4]))
      << "push: four are in it, and a fifth was let in: over which of them was it written?";
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(queue.pop(), &jobs[i]) << "pop: first in, first out.";
  }
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST(StealHalf, TakesHalfOfItTheOldest) {
  // in it, stolen
  for (const auto& [count, stolen] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}, {1, 1}, {2, 1}, {3, 2}, {4, 2}}) {
    Queue queue;
    Queue thief;
    std::array<Job, 4> jobs;
    for (std::size_t i = 0; i < count; ++i) queue.push(&jobs[i]);
    const std::vector<Job*> loot = loot_of(thief.steal_from(queue), thief);
    ASSERT_EQ(loot.size(), stolen)
        << "steal_from: of " << count << " items a thief takes half, rounded up: so one alone is "
        << "stolen, too. Its worker may be busy for long.";
    for (std::size_t i = 0; i < stolen; ++i)
      EXPECT_EQ(loot[i], &jobs[i]) << "steal_from: the oldest.";
    for (std::size_t i = stolen; i < count; ++i) {
      EXPECT_EQ(queue.pop(), &jobs[i]) << "steal_from: what was not stolen stays, in its order.";
    }
  }
}

TEST(StealHalf, GoesRoundAndRound) {
  Queue queue;
  Queue thief;
  std::array<Job, 3> jobs;
  for (int round = 0; round < 10; ++round) {
    for (Job& job : jobs) ASSERT_TRUE(queue.push(&job)) << "push: in round " << round;
    ASSERT_EQ(loot_of(thief.steal_from(queue), thief).size(), 2u)
        << "steal_from: in round " << round;
    ASSERT_EQ(queue.pop(), &jobs[2]) << "pop: in round " << round;
  }
}

// ---- under every schedule ---------------------------------------------------

struct Shared {
  Queue queue;
  Queue of_thief[2];
  std::array<Job, 6> jobs;
  int note = 0;      // plain: of a thief that is about to steal
  const bool reads;  // what the owner wrote into a job

  explicit Shared(bool r) : reads(r) {}
  void take(Job* job) {
    check(job != nullptr, "a slot was taken that nothing was written into");
    if (reads) check(job->written == 7, "a job was taken before it was written");
    check(job->taken.fetch_add(1, std::memory_order_relaxed) == 0, "a job was taken twice");
  }
  void steals(Queue& own) {
    if (Job* job = own.steal_from(queue)) take(job);
    while (Job* job = own.pop()) take(job);
  }
};

/// The owner fills the queue, pops in between, and so writes slots a second time.
void explore_with(Explore& e, int thieves, bool reads) {
  auto& s = e.make<Shared>(reads);
  e.name(s.queue, "queue");
  for (int i = 0; i < thieves; ++i) {
    e.thread(i ? "thief 2" : "thief", [&s, i] { s.steals(s.of_thief[i]); });
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

// The queue is full, so there is room for a fifth only where the thief has been: it has copied what
// lay there, claimed it, and gone. Slots are atomic words, and in which order two of them are read
// and written no schedule shows; so a note stands for the thief's copy, which is made before it,
// too.
TEST(StealHalf, IsThroughWithASlotThatIsWrittenOver) {
  expect_every_schedule("an owner that pushes where a thief has been", [](Explore& e) {
    auto& s = e.make<Shared>(false);
    e.name(s.queue, "queue");
    for (std::size_t i = 0; i < 4; ++i) s.queue.push(&s.jobs[i]);
    e.thread("thief", [&s] {
      s.note = 1;
      s.steals(s.of_thief[0]);
    });
    e.thread("owner", [&s] {
      if (s.queue.push(&s.jobs[4])) check(s.note == 1, "push: there was no room for a fifth");
    });
  });
}

TEST(StealHalf, LosesNothingToTwoThieves) {
  expect_every_schedule("an owner and two thieves", [](Explore& e) { explore_with(e, 2, true); },
                        {.preemptions = 1, .late_stores = 1});
}

}  // namespace
}  // namespace book
