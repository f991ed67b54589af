// Tests of exercise 2. The work stands still until the test opens a gate, so every step comes in
// the order that the test wants; a wait has an end only for answers that would hang without.
#include "exercise/delayed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "support/counting_waker.h"
#include "support/watchdog.h"

namespace book {
namespace {

/// Something that happens once, on some thread.
class Event {
 public:
  void set() {
    std::scoped_lock lock(mutex_);
    happened_ = true;
    changed_.notify_all();
  }
  /// False when it has not happened in all that time: three seconds, until one wait was in vain;
  /// then the answer is known to be wrong. (The system clock: g++'s thread sanitizer knows no
  /// other.)
  bool wait() {
    static std::atomic<int> patience_ms{3'000};
    if (happens_within(std::chrono::milliseconds(patience_ms))) return true;
    patience_ms = 50;
    return false;
  }
  bool happens_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::system_clock::now() + patience;
    return changed_.wait_until(lock, end, [this] { return happened_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool happened_ = false;
};

/// Work that gives `value` once the gate is open. At the end of the scope it is open, and over.
class Work {
 public:
  // A wrong answer is waited for, longer than the watchdog of an exercise would: the test is to say
  // why.
  Work() { test::give_this_test(std::chrono::seconds(60)); }
  ~Work() {
    open();
    if (handed_out_) over_->wait();
  }

  std::function<std::string()> giving(std::string value) {
    handed_out_ = true;
    // Sets `over_` when the thread has let go of the last copy of the work: when it is through.
    std::shared_ptr<void> end(nullptr, [over = over_](void*) { over->set(); });
    return [gate = gate_, end, value] {
      gate->wait();
      return value;
    };
  }
  void open() { gate_->set(); }
  bool wait_until_over() { return over_->wait(); }
  /// For what must not be over yet: a right answer waits in vain.
  bool is_over_soon() { return over_->happens_within(std::chrono::milliseconds(200)); }

 private:
  std::shared_ptr<Event> gate_ = std::make_shared<Event>();
  std::shared_ptr<Event> over_ = std::make_shared<Event>();
  bool handed_out_ = false;
};

constexpr const char* kNobodyWasWoken =
    "The work is done, and nobody was woken. A future that says pending promises a wake: poll "
    "leaves its waker in the state, deliver takes it out and wakes.";

TEST(Delayed, WakesTheTaskThatWaits) {
  Event woken;
  test::CountingWaker task;
  task.on_wake([&] { woken.set(); });
  Work work;
  DelayedFuture<std::string> future(work.giving("done"));
  Context cx(task.waker());
  ASSERT_TRUE(future.poll(cx).is_pending())
      << "The work is not over: poll has nothing to give yet.";
  work.open();
  ASSERT_TRUE(woken.wait()) << kNobodyWasWoken;
  Poll<std::string> result = future.poll(cx);
  ASSERT_TRUE(result.is_ready())
      << "Woken, polled at once, and still pending: the task goes to sleep again, and this time "
         "nobody will wake it. First the value, then the wake.";
  EXPECT_EQ(result.value(), "done");
}

TEST(Delayed, HasTheValueThereBeforeItWakes) {
  Event woken;
  Event polled;
  bool came_back = false;
  test::CountingWaker task;
  task.on_wake([&] {  // on the thread, inside wake(): the task polls while it is there
    woken.set();
    came_back = polled.wait();
  });
  Work work;
  DelayedFuture<std::string> future(work.giving("done"));
  Context cx(task.waker());
  ASSERT_TRUE(future.poll(cx).is_pending());
  work.open();
  ASSERT_TRUE(woken.wait()) << kNobodyWasWoken;
  const bool ready = future.poll(cx).is_ready();
  polled.set();
  ASSERT_TRUE(work.wait_until_over());
  EXPECT_TRUE(came_back)
      << "The woken task could not poll as long as you were inside wake(): it waited for the lock "
         "that you hold there. Take the waker out under the lock, let go of the lock, then wake.";
  EXPECT_TRUE(ready)
      << "Woken, polled at once, and still pending: the task goes to sleep again, and this time "
         "nobody will wake it. First the value, then the wake.";
}

TEST(Delayed, WakesTheTaskThatPolledLast) {
  Event woken;
  test::CountingWaker first;
  test::CountingWaker second;
  first.on_wake([&] { woken.set(); });
  second.on_wake([&] { woken.set(); });
  Work work;
  DelayedFuture<std::string> future(work.giving("done"));
  {
    Context cx(first.waker());
    ASSERT_TRUE(future.poll(cx).is_pending());
  }
  Context cx(second.waker());
  ASSERT_TRUE(future.poll(cx).is_pending());
  EXPECT_EQ(first.kept(), 0)
      << "The second task polled, and the waker of the first is still kept. A future belongs to "
         "whoever polled it last: see 'What goes wrong'.";
  work.open();
  ASSERT_TRUE(woken.wait()) << kNobodyWasWoken;
  ASSERT_TRUE(work.wait_until_over());
  EXPECT_EQ(second.wakes(), 1)
      << "The second task polled last, so it is the one who waits. It would wait forever.";
  EXPECT_EQ(first.wakes(), 0) << "The first task waits no more: it was woken for nothing.";
  EXPECT_TRUE(future.poll(cx).is_ready());
}

TEST(Delayed, DoesNotCloneAWakerThatItHas) {
  test::CountingWaker task;
  Work work;
  DelayedFuture<std::string> future(work.giving("done"));
  Context cx(task.waker());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(future.poll(cx).is_pending());
  EXPECT_EQ(task.clones(), 1) << "Polled three times by the same task. will_wake tells you that "
                                 "its waker is there already.";
}

TEST(Delayed, DestroyedWhileTheThreadWorksItWakesNobody) {
  test::CountingWaker task;
  Work work;
  {
    DelayedFuture<std::string> future(work.giving("done"));
    Context cx(task.waker());
    ASSERT_TRUE(future.poll(cx).is_pending());
  }
  EXPECT_EQ(task.kept(), 0);
  work.open();
  ASSERT_TRUE(work.wait_until_over());
  EXPECT_EQ(task.wakes(), 0);
}

TEST(Delayed, NothingIsDeliveredBetweenTheLookAndTheStore) {
  Event woken;
  test::CountingWaker task;
  task.on_wake([&] { woken.set(); });
  Work work;
  bool over = false;
  task.on_clone([&] {  // inside poll: it has seen no value, and is about to keep this waker
    work.open();
    over = work.is_over_soon();
  });
  DelayedFuture<std::string> future(work.giving("done"));
  Context cx(task.waker());
  if (future.poll(cx).is_ready()) return;  // a second look has found it
  EXPECT_TRUE(woken.wait()) << "poll looked, and there was no value; then the value came, and "
                               "deliver found no waker; then "
                               "poll kept its waker. Nobody will fire it. From the look to the "
                               "store poll has to hold the "
                               "lock, and so has deliver from the value to the waker.";
}

TEST(Delayed, AWakerIsDroppedWhenTheLockIsFree) {
  test::CountingWaker first;
  test::CountingWaker second;
  Work work;
  bool came_through = false;
  first.on_drop([&] {  // as if it were the last owner of a task, with who knows what in it
    work.open();
    came_through = work.wait_until_over();
  });
  DelayedFuture<std::string> future(work.giving("done"));
  for (test::CountingWaker* task : {&first, &second}) {
    Context cx(task->waker());
    ASSERT_TRUE(future.poll(cx).is_pending());
  }
  EXPECT_TRUE(came_through)
      << "The second task polled, and the waker of the first was dropped while poll held the lock: "
         "the work could not deliver meanwhile. A drop may run anything, even what needs this very "
         "lock. Move the old waker into a variable that was declared before the lock.";
}

// All at once, for the thread sanitizer: without a lock it reports a race here.
TEST(Delayed, ThePollsAndTheDeliveryMayOverlap) {
  for (int round = 0; round < 50; ++round) {
    test::CountingWaker tasks[2];
    Event woken;
    for (test::CountingWaker& task : tasks) task.on_wake([&] { woken.set(); });
    Work work;
    work.open();
    DelayedFuture<std::string> future(work.giving("done"));
    std::string value;
    for (int i = 0; value.empty(); ++i) {
      Context cx(tasks[i % 2].waker());
      auto result = future.poll(cx);
      if (result.is_ready()) value = std::move(result).value();
      if (i == 20) {
        ASSERT_TRUE(woken.wait()) << kNobodyWasWoken;
      }
    }
    EXPECT_EQ(value, "done");
    ASSERT_TRUE(work.wait_until_over());
  }
}

}  // namespace
}  // namespace book
