// Time: ticks that were missed, a beat that drifts, a day in a millisecond, deadlines, and Ctrl-C
// as a future. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "13_time/signal.h"
#include "13_time/story/day.h"
#include "13_time/story/stopping.h"
#include "13_time/story/ticking.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"
#include "common/trace.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

Duration real_time_of(const std::chrono::steady_clock::time_point start) {
  return std::chrono::steady_clock::now() - start;
}

void missed_ticks(const ExecutorOptions& options) {
  fmt::print("1. A tick every 100 ms, and a consumer that is away from 200 to 550.\n");
  fmt::print("   ms     0       200     400     600     800\n");
  fmt::print("   due    |   |   |   |   |   |   |   |   |   |\n");
  block_on(slow_consumer("burst", MissedTicks::burst), options);
  block_on(slow_consumer("delay", MissedTicks::delay), options);
  block_on(slow_consumer("skip", MissedTicks::skip), options);
}

void drift() {
  fmt::print("\n2. A beat every 100 ms, 3 ms of work in each, for an hour.\n");
  block_on(beats_by_sleeping(), kVirtual);
  block_on(beats_by_interval(), kVirtual);
}

void day() {
  fmt::print("\n3. A day at the lighthouse.\n");
  const auto start = std::chrono::steady_clock::now();
  Executor executor(kVirtual);
  executor.block_on(day_at_the_lighthouse());
  fmt::print("   The executor had nothing to do {} times. Each time the clock jumped.\n",
             executor.parks());
  fmt::print("   24 hours have passed, in ~{} us.\n", real_time_of(start) / 1us);
}

template <class Make>
void part(const char* title, const ExecutorOptions& options, Make make) {
  fmt::print("\n{}\n", title);
  Executor executor(options);
  trace::name_next(title);
  executor.block_on(make(executor.reactor().now()));
}

void tell(const ExecutorOptions& options) {
  missed_ticks(options);
  drift();
  day();
  part("4. Three steps, and 600 ms for each.", options, order_with_timeouts);
  part("5. Three steps, and a second for all.", options, order_with_deadline);
  part("6. Ctrl-C, as a future.", options, pack_and_press_ctrl_c);
}

void flood() {
  fmt::print("A heartbeat every second. Then the lid is shut, for an hour.\n");
  block_on(heartbeat_after_a_stall("burst", MissedTicks::burst), kVirtual);
  block_on(heartbeat_after_a_stall("delay", MissedTicks::delay), kVirtual);
  block_on(heartbeat_after_a_stall("skip", MissedTicks::skip), kVirtual);
}

Async<> awaits(Instant start) {
  co_await sleep(1s);
  say(start, "the one that awaits has slept for a second");
}

/// The mistake: a sleep that no executor hears of.
Async<> blocks(Instant start) {
  std::this_thread::sleep_for(50ms);
  say(start, "the one that blocks has slept for 50 ms");
  co_return;
}

void blind() {
  const auto start = std::chrono::steady_clock::now();
  Executor executor(kVirtual);
  const Instant six = executor.reactor().now();
  executor.block_on(join(awaits(six), blocks(six)));
  fmt::print("   all of it in ~{} ms\n", real_time_of(start) / 1ms);
}

void deaf() {
  ::signal(SIGINT, SIG_DFL);  // as a program from a terminal has it: the end
  Executor executor(kVirtual);
  executor.block_on(pack_deafly(executor.reactor().now()));
}

void refused() {
  for (const int number : {SIGKILL, SIGSEGV}) {
    try {
      auto never = signal(number);
    } catch (const std::invalid_argument& why) {
      fmt::print("{}\n", why.what());
    }
  }
}

void until_ctrl_c() {
  auto ctrl_c = signal(SIGINT);  // from here on nobody can kill us by it
  fmt::print("Packing. Press Ctrl-C.\n");
  Executor executor;
  executor.block_on(pack_until(std::move(ctrl_c), executor.reactor().now()));
}

void begin(Args& args) {
  if (args.get<bool>("ctrl-c")) return until_ctrl_c();
  const auto trap = args.get<std::string>("trap");
  if (trap == "flood") return flood();
  if (trap == "blind") return blind();
  if (trap == "deaf") return deaf();
  if (trap == "refused") return refused();
  tell({.time = args.time_mode(), .seed = args.seed()});
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "13_time",
       .summary = "intervals, deadlines, virtual time, and signals as futures",
       .options = {option::flag("ctrl-c", "pack parcels until you press Ctrl-C, in real time"),
                   option::choice("trap", {"none", "flood", "blind", "deaf", "refused"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::begin);
}
