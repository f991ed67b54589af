#include "exercise/wait_group.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "03_channel_executor/executor.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/watchdog.h"

namespace book::exercise {
namespace {

using channel_executor::new_executor_and_spawner;
using namespace std::chrono_literals;

/// A task that is not really there: polls, and counts its wakers and wakes.
struct Bystander {
  test::CountingWaker counter;

  int wakes() const { return counter.wakes(); }
  /// Wakers that somebody keeps.
  int kept() const { return counter.kept(); }
  template <class F>
  bool poll(F& future) {
    Context cx(counter.waker());
    return future.poll(cx).is_ready();
  }
};

TEST(WaitGroup, IsDoneWhenNobodyEntered) {
  WaitGroup group;
  Bystander task;
  auto done = group.done();
  EXPECT_TRUE(task.poll(done))
      << "No token was ever given out: there is nothing to wait for, and poll should say\n"
         "ready.";
}

TEST(WaitGroup, IsPendingWhileATokenLives) {
  WaitGroup group;
  Bystander task;
  auto done = group.done();
  auto token = std::make_unique<WaitGroup::Token>(group.enter());
  EXPECT_FALSE(task.poll(done)) << "A token is alive: poll has to say pending.";
  token.reset();
  EXPECT_TRUE(task.poll(done))
      << "The only token is gone: poll has to say ready. Does ~Token count?";
}

TEST(WaitGroup, AMovedTokenCountsOnce) {
  WaitGroup group;
  Bystander task;
  auto done = group.done();
  {
    WaitGroup::Token first = group.enter();
    WaitGroup::Token second = std::move(first);
    EXPECT_FALSE(task.poll(done)) << "The token was moved, and its new place still lives.";
  }
  EXPECT_TRUE(task.poll(done)) << "Moving a token makes no second one.";
}

TEST(WaitGroup, TheLastTokenWakesTheTaskThatWaits) {
  WaitGroup group;
  Bystander task;
  std::vector<WaitGroup::Token> tokens;
  for (int i = 0; i < 3; ++i) tokens.push_back(group.enter());
  auto done = group.done();
  ASSERT_FALSE(task.poll(done));
  tokens.pop_back();
  tokens.pop_back();
  EXPECT_EQ(task.wakes(), 0)
      << "A token is still alive, and the task was woken already. It would be polled for\n"
         "nothing: only the last token wakes it.";
  tokens.pop_back();
  EXPECT_EQ(task.wakes(), 1)
      << "The last token is gone, and the waiting task was not woken once: it would\n"
         "sleep forever. poll keeps its waker, the last token fires it.";
  EXPECT_EQ(task.kept(), 0)
      << "The task was woken, and its waker is still kept in the state. A waker keeps its\n"
         "task alive: take it out before you wake it.";
}

TEST(WaitGroup, WakesWhenTheLockIsFree) {
  test::give_this_test(60s);  // a wrong answer is waited for: longer than a watchdog of 3 seconds
  WaitGroup group;
  Bystander task;
  auto done = group.done();
  std::future<bool> poll;
  bool came_back = false;
  task.counter.on_wake([&] {  // inside wake(): the task polls meanwhile, on its own thread
    if (poll.valid()) return;
    poll = std::async(std::launch::async, [&] { return task.poll(done); });
    came_back = poll.wait_for(3s) == std::future_status::ready;
  });
  {
    WaitGroup::Token token = group.enter();
    ASSERT_FALSE(task.poll(done));
  }
  ASSERT_TRUE(poll.valid()) << "The last token is gone, and the waiting task was not woken.";
  EXPECT_TRUE(poll.get())
      << "Woken, polled at once, and still pending: the task goes to sleep again, and this\n"
         "time nobody will wake it. First count down, then wake.";
  EXPECT_TRUE(came_back)
      << "The woken task could not poll as long as you were inside wake(): it waited for\n"
         "the lock that you hold there. Take the waker out under the lock, let go of the\n"
         "lock, then wake.";
}

TEST(WaitGroup, WakesTheTaskOfTheLatestPoll) {
  WaitGroup group;
  Bystander first;
  Bystander second;
  auto done = group.done();
  {
    WaitGroup::Token token = group.enter();
    ASSERT_FALSE(first.poll(done));
    ASSERT_FALSE(second.poll(done));
  }
  EXPECT_EQ(second.wakes(), 1)
      << "The future was polled by one task, then by another. The one that polled last\n"
         "is to be woken: poll has to store its waker each time.";
  EXPECT_EQ(first.wakes(), 0) << "The first task has given the future away: it waits no more.";
}

TEST(WaitGroup, ADroppedFutureLeavesNoWakerBehind) {
  WaitGroup group;
  Bystander task;
  WaitGroup::Token token = group.enter();
  {
    auto done = group.done();
    ASSERT_FALSE(task.poll(done));
    EXPECT_EQ(task.kept(), 1);
  }
  EXPECT_EQ(task.kept(), 0)
      << "The future is gone, and its waker is still kept in the state. A waker keeps\n"
         "its task alive, and the task keeps the executor running: ~Done has to take it\n"
         "out.";
  EXPECT_EQ(task.wakes(), 0)
      << "The future is gone, and with it the wish to be woken: ~Done takes the waker out,\n"
         "and does not wake it.";
}

/// Drops a token on a thread of its own, and tells whether it came through within that time. Joined
/// at the end of the scope.
class Leaver {
 public:
  explicit Leaver(WaitGroup::Token token) : token_(std::move(token)) {}
  ~Leaver() {
    if (!gone_.valid()) return;
    gone_.wait();
  }
  bool leaves_within(std::chrono::milliseconds patience) {
    gone_ = std::async(std::launch::async, [this] { token_.reset(); });
    return gone_.wait_for(patience) == std::future_status::ready;
  }
  void wait() { gone_.wait(); }

 private:
  std::optional<WaitGroup::Token> token_;
  std::future<void> gone_;
};

TEST(WaitGroup, NobodyLeavesBetweenTheLookAndTheStore) {
  WaitGroup group;
  Bystander task;
  Leaver leaver(group.enter());
  // Inside poll: it has seen a token, and is about to keep its waker. (A right answer waits in
  // vain.)
  task.counter.on_clone([&] { leaver.leaves_within(200ms); });
  auto done = group.done();
  if (task.poll(done)) return;  // a second look has found it
  leaver.wait();
  EXPECT_EQ(task.wakes(), 1) << "poll looked, and there was a token; then the last token went, and "
                                "~Token found no waker;\n"
                                "then poll kept its waker. Nobody will fire it. From the look to "
                                "the store poll has to hold\n"
                                "the lock, and so has ~Token from the count to the waker.";
}

TEST(WaitGroup, AWakerIsDroppedWhenTheLockIsFree) {
  test::give_this_test(60s);
  bool came_through = false;
  {
    WaitGroup group;
    Bystander first, second;
    Leaver leaver(group.enter());
    // As if it were the last owner of a task, and the task held the last token.
    first.counter.on_drop([&] { came_through = leaver.leaves_within(3s); });
    auto done = group.done();
    ASSERT_FALSE(first.poll(done));
    second.poll(done);
  }
  ASSERT_TRUE(came_through)
      << "The second task polled, and the waker of the first was dropped while poll held the "
         "lock.\n"
         "That waker may be the last owner of a task with a token of this group in it: ~Token "
         "waits\n"
         "for the lock, forever. Move the old waker into a variable declared before the lock.";
  came_through = false;
  {
    WaitGroup group;
    Bystander task;
    Leaver leaver(group.enter());
    task.counter.on_drop([&] { came_through = leaver.leaves_within(3s); });
    auto done = group.done();
    ASSERT_FALSE(task.poll(done));
  }
  EXPECT_TRUE(came_through)
      << "~Done dropped the waker while it held the lock. It may be the last owner of a task with "
         "a\n"
         "token of this group in it: ~Token waits for the lock, forever. Move the waker into a\n"
         "variable declared before the lock.";
}

TEST(WaitGroup, KeepsTheContractOfAFuture) {
  test::expect_contract([] {
    WaitGroup group;
    auto tokens = std::make_shared<std::vector<WaitGroup::Token>>();
    tokens->push_back(group.enter());
    return test::subject(group.done(), [tokens] { tokens->clear(); });
  });
}

TEST(WaitGroup, KeepsTheContractWhenNobodyIsLeft) {
  test::expect_contract([] { return test::subject(WaitGroup().done()); }, {.ready_at_once = true});
}

/// A future that keeps its token until it is polled for the second time.
struct Child {
  using Output = void;
  Poll<void> poll(Context& cx) {
    if (std::exchange(first, false)) {
      cx.waker().wake_by_ref();
      return pending;
    }
    return Poll<void>::ready();
  }
  WaitGroup::Token token;
  bool first = true;
};

struct Parent {
  using Output = void;
  Poll<void> poll(Context& cx) {
    ++*polls;
    if (done.poll(cx).is_pending()) return pending;
    *ended = true;
    return Poll<void>::ready();
  }
  WaitGroup::Done done;
  int* polls;
  bool* ended;
};

TEST(WaitGroup, ATaskWaitsForOthers) {
  auto [executor, spawner] = new_executor_and_spawner();
  int polls = 0;
  bool ended = false;
  {
    WaitGroup group;
    for (int i = 0; i < 3; ++i) spawner.spawn(Child{group.enter()});
    spawner.spawn(Parent{group.done(), &polls, &ended});
  }
  executor.run_ready();  // not run(): a mistake shall end in an answer, not in waiting
  EXPECT_TRUE(ended) << "The parent was still waiting when no task was left to run.";
  EXPECT_EQ(polls, 2) << "The parent: one poll to begin, one after the last child has ended.";
}

TEST(WaitGroup, TokensMayBeDroppedOnOtherThreads) {
  auto [executor, spawner] = new_executor_and_spawner();
  int polls = 0;
  bool ended = false;
  std::vector<std::thread> threads;
  {
    WaitGroup group;
    for (int i = 0; i < 4; ++i) threads.emplace_back([token = group.enter()] {});
    spawner.spawn(Parent{group.done(), &polls, &ended});
  }
  executor.run_ready();
  for (std::thread& thread : threads) thread.join();
  executor.run_ready();
  EXPECT_TRUE(ended) << "Four threads dropped their tokens, and the parent never saw it.";
  EXPECT_LE(polls, 2);
}

// All at once, for the thread sanitizer: without a lock it reports a race here.
TEST(WaitGroup, ThePollsAndTheTokensMayOverlap) {
  for (int round = 0; round < 50; ++round) {
    WaitGroup group;
    Bystander tasks[2];
    auto done = group.done();
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([token = group.enter()] {});
    bool ended = false;
    for (int i = 0; i < 20 && !ended; ++i) ended = tasks[i % 2].poll(done);
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(ended || tasks[0].poll(done)) << "All tokens are gone, and the future is pending.";
    EXPECT_LE(tasks[0].wakes() + tasks[1].wakes(), 1);
  }
}

}  // namespace
}  // namespace book::exercise
