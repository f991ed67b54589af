#include "exercise/parallel_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <set>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "15_threads/thread_pool_executor.h"
#include "docs/answer.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::parallel_sum;

std::vector<long> first_numbers(std::size_t count) {
  std::vector<long> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1L);
  return numbers;
}

template <class T>
T sum_in(ThreadPoolExecutor& pool, const std::vector<T>& numbers, std::size_t parts) {
  return pool.block_on(pool.spawn(parallel_sum(std::span<const T>(numbers), parts)));
}

// The test that would find it may hang: the thread waits in lock() for a task that it should run.
TEST(ParallelSum, HoldsNoStdLockAcrossAnAwait) {
  docs::expect_no_std_lock_across_an_await("parallel_sum");
}

// ---- numbers that watch how they are added ----------------------------------

/// Four threads meet in their first addition. One that has waited there for ten seconds in vain
/// goes on.
class Meeting {
 public:
  void adds(const void* sum) {
    std::unique_lock lock(mutex_);
    if (done_ || !seen_.insert(std::this_thread::get_id()).second) return;
    if (!sums_.insert(sum).second) shared_ = true;
    come_.notify_all();
    const bool met = come_.wait_for(lock, 10s, [this] { return seen_.size() == 4 || shared_; });
    if (!met) missed_ = true;
    done_ = true;
  }
  /// Two threads were in a += of the same object at the same time.
  bool shared() const { return shared_; }
  bool missed() const { return missed_; }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::set<std::thread::id> seen_;
  std::set<const void*> sums_;
  bool done_ = false, shared_ = false, missed_ = false;
};

struct Watched {
  long value = 0;
  Meeting* meeting = nullptr;

  Watched& operator+=(const Watched& other) {
    if (other.meeting) other.meeting->adds(this);
    value += other.value;
    return *this;
  }
};

TEST(ParallelSum, AddsUpItsPartsAtTheSameTime) {
  Meeting meeting;
  const std::vector<Watched> numbers(16, Watched{1, &meeting});
  ThreadPoolExecutor pool({.workers = 4});
  const Watched sum = sum_in(pool, numbers, 4);
  ASSERT_FALSE(meeting.shared())
      << "Two threads add to the same number at the same time: a data race, and one of the two "
         "additions may be lost. Give each task a sum of its own.";
  ASSERT_FALSE(meeting.missed())
      << "Four parts, four workers, and the parts do not run at the same time. Spawn all of them "
         "before you await the first; and let none wait for a lock.";
  EXPECT_EQ(sum.value, 16) << "Sixteen ones, in four parts.";
}

TEST(ParallelSum, AddsUpEachNumberOnce) {
  ThreadPoolExecutor pool({.workers = 2});
  for (const std::size_t count : {8u, 9u, 10u, 11u, 1000u}) {
    const long sum = static_cast<long>(count * (count + 1) / 2);
    ASSERT_EQ(sum_in(pool, first_numbers(count), 4), sum)
        << "The numbers from 1 to " << count << ", in 4 parts. When they do not divide evenly, "
        << "what becomes of the rest?";
  }
  EXPECT_EQ(sum_in(pool, first_numbers(3), 8), 6) << "Three numbers, in at most 8 parts.";
  EXPECT_EQ(sum_in(pool, first_numbers(0), 4), 0) << "No numbers at all.";
}

TEST(ParallelSum, SpawnsATaskForEachPart) {
  ThreadPoolExecutor pool({.workers = 2});
  EXPECT_EQ(sum_in(pool, first_numbers(10'000), 4), 50'005'000);
  std::uint64_t polls = 0;
  for (const WorkerStats& one : pool.stats()) polls += one.polls;
  EXPECT_LE(polls, 50u)
      << "10,000 numbers, 4 parts, and " << polls
      << " polls: a task for each number? A task costs a hundred times an addition.";
}

// ---- the parts ----------------------------------------------------------------

/// A number, or the sum of some; a sum knows how many numbers its parts were made of.
struct Counted {
  bool is_number = false;
  std::size_t all = 0;      // numbers
  std::size_t length = 0;   // those that were added here, one by one
  std::size_t longest = 0;  // part
  std::size_t shortest = SIZE_MAX;
  Counted& operator+=(const Counted& other) {
    if (!other.is_number)
      shortest = std::min({shortest, other.shortest, other.length > 0 ? other.length : other.all});
    all += other.is_number ? 1 : other.all;
    length += other.is_number ? 1 : 0;
    longest = std::max({longest, length, other.longest});
    return *this;
  }
};

TEST(ParallelSum, CutsPartsOfTheSameLength) {
  ThreadPoolExecutor pool({.workers = 2});
  const std::vector<Counted> numbers(11, Counted{.is_number = true});
  const Counted sum = sum_in(pool, numbers, 4);
  EXPECT_EQ(sum.all, 11u);
  EXPECT_LE(sum.longest, 3u) << "11 numbers in 4 parts: 3, 3, 3 and 2. One part has " << sum.longest
                             << ", and all wait for that one.";
}

TEST(ParallelSum, CutsNoPartShorterThanItMust) {
  ThreadPoolExecutor pool({.workers = 2});
  const std::vector<Counted> ten(10, Counted{.is_number = true});
  const Counted sum = sum_in(pool, ten, 4);
  EXPECT_EQ(sum.all, 10u);
  EXPECT_EQ(sum.shortest, 2u) << "10 numbers in 4 parts: 3, 2, 3 and 2, in whatever order. The "
                                 "shortest has "
                              << sum.shortest
                              << ": you round up, and the last part has what is left.";
  const std::vector<Counted> three(3, Counted{.is_number = true});
  const Counted few = sum_in(pool, three, 8);
  EXPECT_EQ(few.shortest, 1u)
      << "3 numbers in at most 8 parts, and a task was spawned for a part that has none.";
}

}  // namespace
}  // namespace book
