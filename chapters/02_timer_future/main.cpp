// Chapter 02: a timer as a future, first with a thread for each, then in the reactor; many of them
// each way; a value from another thread; and what happens when a future keeps the wrong waker.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/lone_task.h"
#include "02_timer_future/sleep.h"
#include "02_timer_future/story/process_figures.h"
#include "02_timer_future/story/traps.h"
#include "02_timer_future/timer_future.h"
#include "02_timer_future/value_future.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"
#include "common/start_thread.h"

// Inside namespace book, `sleep` is the book's; outside, it would be mixed up with unistd.h's.
namespace book {
namespace {

using namespace std::chrono_literals;

using story::grouped;

std::string milliseconds(Duration time) {
  return grouped(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

std::string times(int count) { return fmt::format("{} time{}", count, count == 1 ? "" : "s"); }

// --- One timer ------------------------------------------------------------------------------

template <Future F>
void wait_for_one(Reactor& reactor, const char* name, F timer, int threads_before) {
  const Instant start = reactor.now();
  LoneTask task(reactor);
  int polls = 1;
  int threads = 0;
  for (; task.poll_once(timer).is_pending(); ++polls) {
    threads = read_process_figures().threads - threads_before;
    task.wait_for_wake();
  }
  fmt::print("   {:<12} {} polls, ready after ~{}, threads while it waits: {}\n", name, polls,
             milliseconds(reactor.now() - start), threads);
}

/// A detached thread cannot be joined. What it had to do is done, but only the system knows when
/// it is really gone: so ask, for ten seconds at most.
void wait_for_threads_to_end(int threads_before) {
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (read_process_figures().threads > threads_before &&
         std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
}

void one_timer(Reactor& reactor) {
  fmt::print("\n1. One timer of 200 ms, each way.\n");
  const int threads = read_process_figures().threads;
  wait_for_one(reactor, "TimerFuture", TimerFuture(200ms), threads);
  wait_for_threads_to_end(threads);
  wait_for_one(reactor, "sleep", sleep(200ms), threads);
}

// --- Many timers ----------------------------------------------------------------------------

/// Makes timers until there are `count`, or until the system has no thread left for one more.
template <class Timer, class Make>
std::vector<Timer> make_timers(int count, Make make) {
  std::vector<Timer> timers;
  timers.reserve(static_cast<std::size_t>(count));  // a polled future must stay where it is
  try {
    while (std::ssize(timers) < count) timers.push_back(make());
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) throw;
    fmt::print(stderr, "02_timer_future: {}: carrying on with {} of {}\n", error.what(),
               grouped(std::ssize(timers)), grouped(count));
  }
  return timers;
}

template <class Make>
void wait_for_many(Reactor& reactor, int count, Make make) {
  return_free_memory();
  const ProcessFigures before = read_process_figures();
  const Instant start = reactor.now();

  auto timers = make_timers<decltype(make())>(count, make);
  LoneTask task(reactor);
  std::vector<bool> ready(timers.size());
  for (std::size_t i = 0; i < timers.size(); ++i) ready[i] = task.poll_once(timers[i]).is_ready();
  const Duration making = reactor.now() - start;
  const ProcessFigures during = read_process_figures();  // while all of them wait

  for (std::size_t i = 0; i < timers.size(); ++i) {
    if (!ready[i]) task.run_until_ready(timers[i]);
  }
  const Duration all = reactor.now() - start;
  wait_for_threads_to_end(before.threads);

  const long long made = std::max<long long>(std::ssize(timers), 1);
  const long long memory = 1024 * std::max(during.memory_kib - before.memory_kib, 0LL);
  fmt::print("   timers           ~{}\n", grouped(std::ssize(timers)));
  fmt::print("   threads          ~{}\n", grouped(during.threads - before.threads));
  fmt::print("   memory           ~{} KiB, ~{} bytes a timer\n", grouped(memory / 1024),
             grouped(memory / made));
  fmt::print("   address space    ~{} MiB\n",
             grouped((during.address_space_kib - before.address_space_kib) / 1024));
  fmt::print("   made and polled  in ~{} ns a timer\n", grouped(making.count() / made));
  fmt::print("   all ready        after ~{}\n", milliseconds(all));
  fmt::print("   threads left     {}\n", read_process_figures().threads - before.threads);
}

void many_timers(Reactor& reactor, int count) {
  fmt::print("\n2. {} timers of 2 s, a thread for each.\n", grouped(count));
  wait_for_many(reactor, std::min(count, kThreadLimit), [] { return TimerFuture(2s); });
  fmt::print("\n3. {} timers of 2 s, in one reactor.\n", grouped(count));
  wait_for_many(reactor, count, [] { return sleep(2s); });
}

// --- A value from another thread ------------------------------------------------------------

void value_from_a_thread(Reactor& reactor) {
  fmt::print("\n4. A value from another thread.\n");
  auto [setter, future] = make_value_future<std::string>();
  LoneTask task(reactor);
  if (task.poll_once(future).is_pending()) fmt::print("   poll 1: pending\n");
  auto thread = start_thread<std::jthread>(
      [setter = std::move(setter)]() mutable { setter.set_value("forty-two"); });
  task.wait_for_wake();
  fmt::print("   woken {}\n", times(task.wakes()));
  fmt::print("   poll 2: \"{}\"\n", task.poll_once(future).value());
}

// --- The stale waker ------------------------------------------------------------------------

template <Future F>
void change_hands(Reactor& reactor, const char* name, F timer) {
  LoneTask first(reactor);
  LoneTask second(reactor);
  if (first.poll_once(timer).is_pending()) fmt::print("   {}: task 1 polls it: pending\n", name);
  try {
    second.run_until_ready(timer);
    fmt::print("      task 2 waits for it: ready\n");
  } catch (const NobodyWakes& error) {
    fmt::print("      task 2 would wait forever: {}\n", error.what());
    while (reactor.waiting().timers > 0) reactor.wait();  // for the deadline
  }
  fmt::print("      the deadline has passed: task 1 was woken {}, task 2 {}\n",
             times(first.wakes()), times(second.wakes()));
}

void stale_waker(Reactor& reactor) {
  fmt::print("\n5. A timer changes hands.\n");
  change_hands(reactor, "StaleTimer", StaleTimer(20ms));
  change_hands(reactor, "sleep", sleep(20ms));
}

// --- Mistakes to walk into ------------------------------------------------------------------

void no_second_look(Reactor& reactor) {
  HastyFlag flag;
  flag.meanwhile = [&flag] { start_thread([&flag] { flag.raise(); }).join(); };
  HastyFlag::Wait wait(flag);
  LoneTask task(reactor);
  if (task.poll_once(wait).is_pending() && flag.up && task.wakes() == 0) {
    throw std::runtime_error(
        "asleep forever: the flag went up between the look and the store, and woke nobody");
  }
}

void moved() {
  LoneTask task(Reactor::current());
  Sleep timer = sleep(1h);
  (void)task.poll_once(timer);
  Sleep elsewhere = std::move(timer);
}

void run(Args& args) {
  Reactor reactor;
  Reactor::Scope current(reactor);
  const std::string trap = args.get<std::string>("trap");
  if (trap == "no-second-look") return no_second_look(reactor);
  if (trap == "moved") return moved();

  fmt::print("Timers: who wakes a future?\n");
  one_timer(reactor);
  many_timers(reactor, args.get<int>("threads"));
  value_from_a_thread(reactor);
  stale_waker(reactor);
}

}  // namespace
}  // namespace book

int main(int argc, char** argv) {
  using namespace book;
  return chapter_main(
      {.name = "02_timer_future",
       .summary = "one timer and many, with a thread for each and in the reactor",
       .options = {option::number("threads", {.fallback = 10'000, .min = 1, .max = 100'000},
                                  "how many timers in sections 2 and 3"),
                   option::choice("trap", {"none", "no-second-look", "moved"},
                                  "walk into a mistake instead")},
       .no_virtual_time = "half of its timers are threads, and threads really sleep",
       .no_seed = "it has no queue of tasks to shuffle"},
      argc, argv, run);
}
