// The executor of the Rust book at work: howdy and done, many timers at once, a full queue, and the
// question that decides when it ends: who still holds a sender? README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "02_timer_future/timer_future.h"
#include "03_channel_executor/executor.h"
#include "03_channel_executor/story/bell.h"
#include "03_channel_executor/story/howdy.h"
#include "03_channel_executor/story/traps.h"
#include "common/program/chapter.h"

namespace {

using namespace book::channel_executor;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Milliseconds of real time: in this chapter threads really sleep.
auto since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start).count();
}

void howdy(milliseconds pause) {
  fmt::print("1. One task, and one timer of {} ms.\n", pause.count());
  const auto start = steady_clock::now();

  auto [executor, spawner] = new_executor_and_spawner();
  spawner.spawn(HowdyThenDone(pause));
  spawner.drop();
  executor.run();

  fmt::print("   {} polls, ~{} ms\n", executor.polls(), since(start));
}

void many_timers(int count, milliseconds length) {
  fmt::print("\n2. {} tasks, each a timer of {} ms.\n", count, length.count());
  const auto start = steady_clock::now();

  auto [executor, spawner] = new_executor_and_spawner();
  for (int i = 0; i < count; ++i) spawner.spawn(book::TimerFuture(length));
  spawner.drop();
  executor.run();

  fmt::print("   {} polls, ~{} ms; one after another it would be {} ms\n", executor.polls(),
             since(start), count * length.count());
}

void full_queue() {
  fmt::print("\n3. A queue with three places.\n");
  Bell bell;
  auto [executor, spawner] = new_executor_and_spawner(3);
  for (const char* task : {"first", "second", "third", "fourth"}) {
    try {
      spawner.spawn(bell.wait());
      fmt::print("   the {} task: queued\n", task);
    } catch (const TooManyTasks& error) {
      fmt::print("   the {} task: {}\n", task, error.what());
    }
  }
}

/// One step of section 4: what was done, how many senders there are now, and whose.
void step(const Executor& executor, const char* what, const char* whose) {
  fmt::print("   {:<27}{:>7}   {}\n", what, executor.senders(), whose);
}

void who_holds_a_sender() {
  fmt::print("\n4. Who keeps the executor running?\n");
  fmt::print("   {:<27}{:>7}   {}\n", "", "senders", "held by");
  Bell bell;

  auto [executor, spawner] = new_executor_and_spawner();
  step(executor, "new_executor_and_spawner()", "the spawner");
  spawner.spawn(bell.wait());
  step(executor, "spawner.spawn(...)", "the spawner, and the task in the queue");
  spawner.drop();
  step(executor, "spawner.drop()", "the task in the queue");
  executor.run_ready();
  step(executor, "one poll: pending", "the task, held by the waker in the bell");
  bell.ring();
  step(executor, "bell.ring()", "the task in the queue");
  executor.run_ready();
  step(executor, "one poll: ready", "nobody");
  executor.run();
  fmt::print("   run() returns at once\n");
}

void forgotten_spawner() {
  fmt::print("\n5. The same, but the spawner is never dropped.\n");
  Bell bell;
  auto [executor, spawner] = new_executor_and_spawner();
  spawner.spawn(bell.wait());
  executor.run_ready();
  bell.ring();
  executor.run_ready();
  step(executor, "one poll: ready", "the spawner");
  fmt::print(
      "   run() would wait for this spawner to spawn something or to go. But only this thread\n"
      "   can do either, and it would be asleep in run(), forever. We do not call it.\n");
}

void woken_more_than_once() {
  fmt::print("\n6. Three wakes before the task has its turn.\n");
  Bell bell;
  auto [executor, spawner] = new_executor_and_spawner();
  spawner.spawn(bell.wait());
  executor.run_ready();
  for (int i = 0; i < 3; ++i) bell.wake_for_nothing();
  const std::size_t before = executor.polls();
  const std::size_t places = executor.run_ready();
  fmt::print("   {} places in the queue, {} polls\n", places, executor.polls() - before);
}

void story(milliseconds length, int timers) {
  howdy(length);
  many_timers(timers, length);
  full_queue();
  who_holds_a_sender();
  forgotten_spawner();
  woken_more_than_once();
}

void walk_into(const std::string& trap) {
  auto [executor, spawner] = new_executor_and_spawner();
  if (trap == "lost-waker") spawner.spawn(LosesItsWaker());
  if (trap == "wake-storm") spawner.spawn(WakesTooOften(kMaxQueuedTasks + 1));
  if (trap == "throw") spawner.spawn(Throws());
  spawner.drop();
  executor.run();
  fmt::print("   run() has returned, after {} poll\n", executor.polls());
}

}  // namespace

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "03_channel_executor",
       .summary = "tasks that send themselves through a channel, and an executor that polls them",
       .options = {book::option::number("ms", {.fallback = 2'000, .min = 0, .max = 60'000},
                                        "how long the timers run, in milliseconds"),
                   book::option::number("timers", {.fallback = 100, .min = 1, .max = 10'000},
                                        "how many timers run at once in section 2"),
                   book::option::choice("trap", {"none", "lost-waker", "wake-storm", "throw"},
                                        "walk into a mistake instead")},
       .no_virtual_time = "its timers are threads, and threads really sleep",
       .no_seed = "its channel is first in, first out"},
      argc, argv, [](book::Args& args) {
        const auto trap = args.get<std::string>("trap");
        if (trap != "none") return walk_into(trap);
        story(milliseconds(args.get<int>("ms")), args.get<int>("timers"));
      });
}
