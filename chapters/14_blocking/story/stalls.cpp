#include "14_blocking/story/stalls.h"

#include <fmt/format.h>

#include <chrono>
#include <latch>
#include <memory>
#include <thread>

#include "02_timer_future/sleep.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "14_blocking/budget.h"
#include "14_blocking/spawn_blocking.h"
#include "14_blocking/stall.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

// ---- a heart, and a call that blocks ----------------------------------------

struct Heart {
  int beats = 0;
  std::latch three{3};
};

/// Three beats. Each needs the thread for a moment.
Async<> beats(std::shared_ptr<Heart> heart) {
  for (int i = 0; i < 3; ++i) {
    co_await sleep(10ms);
    ++heart->beats;
    heart->three.count_down();
  }
}

/// A driver, a library of 1998, a question to a slow disk.
int slow_call() {
  std::this_thread::sleep_for(80ms);
  return 42;
}

/// One that takes as long as the heart needs for three beats.
int slow_call_beside(Heart& heart) {
  heart.three.wait();
  return 42;
}

// ---- a long computation -----------------------------------------------------

struct Work {
  int done = 0;
  int turns = 0;  // that the other task had meanwhile
  static constexpr int kSteps = 1000;
};

Async<> computes(Work& work) {
  while (work.done < Work::kSteps) ++work.done;
  co_return;
}

Async<> computes_and_breathes(Work& work) {
  while (work.done < Work::kSteps) {
    ++work.done;
    co_await breathe();
  }
}

Async<> counts_its_turns(Work& work) {
  while (work.done < Work::kSteps) {
    ++work.turns;
    co_await yield_now();
  }
}

// ---- one that is watched ----------------------------------------------------

Async<int> calls_without_thinking() {
  const int value = slow_call();
  co_return value;
}

}  // namespace

Async<> a_call_that_blocks() {
  const auto heart = std::make_shared<Heart>();
  auto beating = spawn(beats(heart));
  co_await yield_now();  // its first sleep has begun
  const int value = slow_call();
  fmt::print("   80 ms, the answer is {}; a beat is due every 10 ms. Beats meanwhile: {}\n", value,
             heart->beats);
  co_await beating;
}

Async<> the_same_on_another_thread() {
  const auto heart = std::make_shared<Heart>();
  auto beating = spawn(beats(heart));
  auto call = spawn_blocking([heart] { return slow_call_beside(*heart); });
  const int value = co_await call;
  fmt::print("   the answer is {}. Beats meanwhile: {}\n", value, heart->beats);
  co_await beating;
}

Async<> a_long_computation() {
  Work in_one_go;
  auto one = spawn(computes(in_one_go));
  auto other = spawn(counts_its_turns(in_one_go));
  co_await one;
  co_await other;
  fmt::print("   in one go:       {} steps, and the other task had {} turns\n", in_one_go.done,
             in_one_go.turns);
  Work breathing;
  one = spawn(computes_and_breathes(breathing));
  other = spawn(counts_its_turns(breathing));
  co_await one;
  co_await other;
  fmt::print("   with breathe():  {} steps, and the other task had {} turns\n", breathing.done,
             breathing.turns);
}

Async<> who_holds_us_up() {
  const auto say_it = [](const LongPoll& poll) {
    fmt::print("   a poll of the future watched at {}:{} took ~{} ms\n", poll.watched_at.file,
               poll.watched_at.line, poll.took / 1ms);
  };
  auto watched = watch_polls(50ms, calls_without_thinking(), say_it);
  const int value = co_await watched;
  fmt::print("   and gave {}\n", value);
}

}  // namespace book::story
