// Part 2: the slow reader under four policies; and the two traps that come of two of them.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include "02_timer_future/sleep.h"
#include "18_chat_server/story/guest.h"
#include "18_chat_server/story/parts.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;
using chat::Slow;

constexpr int kLines = 1000;
constexpr Duration kSleep = 5s;

chat::Limits limits_of(Slow slow, Duration patience = 10s) {
  chat::Limits limits;
  limits.mailbox.slow = slow;
  limits.rate = 0;  // this is not about talkers
  limits.patience = patience;
  return limits;
}

const char* name_of(Slow slow) {
  constexpr const char* kNames[] = {"skip", "drop", "keep", "wait"};
  return kNames[static_cast<int>(slow)];
}

Async<> talks(Guest& ben, int first, int last) {
  for (int i = first; i <= last; ++i) {
    co_await ben.says(fmt::format("line {}", i));
    co_await sleep(1ms);
  }
}

/// "1 to 300; missed 444; 745 to 1000".
std::string summary(const Guest& guest) {
  constexpr std::string_view kLine = "ben: line ", kMissed = "* you missed ";
  std::string text;
  int first = 0, last = 0;
  const auto end_run = [&] {
    if (first > 0) text += fmt::format("{}lines {} to {}", text.empty() ? "" : ", ", first, last);
    first = 0;
  };
  for (const Guest::Heard& heard : guest.heard()) {
    if (heard.line.starts_with(kLine)) {
      last = std::atoi(heard.line.c_str() + kLine.size());
      if (first == 0) first = last;
    } else if (heard.line.starts_with(kMissed) || heard.line == "* too slow") {
      end_run();
      text += fmt::format(", \"{}\"", heard.line);
    }
  }
  end_run();
  return text;
}

/// Ann comes in and falls asleep; Ben talks, and Cleo listens.
Async<> one_policy(Slow slow) {
  Hall hall(limits_of(slow));
  Guest ann("ann", hall, 4096), ben("ben", hall), cleo("cleo", hall);
  auto cleo_hears = spawn(cleo.listens()), ben_hears = spawn(ben.listens());
  co_await ann.says("ann");
  co_await ben.says("ben");
  co_await cleo.says("cleo");
  auto talking = spawn(talks(ben, 1, kLines));
  co_await sleep(kSleep);
  auto ann_hears = spawn(ann.listens());
  co_await talking;
  co_await sleep(1s);
  co_await ann.hangs_up();
  co_await ben.hangs_up();
  co_await cleo.hangs_up();
  co_await ann_hears;
  co_await ben_hears;
  co_await cleo_hears;
  const std::string last = fmt::format("ben: line {}", kLines);
  long when = 0;
  for (const Guest::Heard& heard : cleo.heard())
    if (heard.line == last) when = heard.ms;
  fmt::print("   {}   {:>4} lines   {:>5} ms   {}\n", name_of(slow), hall.chat.state().most_held(),
             when, summary(ann));
  co_await hall.closes();
}

Async<> memory_goes() {
  Hall hall(limits_of(Slow::keep, 1h));
  Guest ann("ann", hall, 4096), ben("ben", hall), cleo("cleo", hall);
  auto ben_hears = spawn(ben.listens());
  auto cleo_hears = spawn(cleo.listens());
  co_await ann.says("ann");
  co_await ben.says("ben");
  co_await cleo.says("cleo");
  for (int i = 0; i < 4; ++i) {
    co_await talks(ben, 2000 * i + 1, 2000 * (i + 1));
    say(hall.start, fmt::format("ben has said {} lines; the server holds {} of them for ann",
                                2000 * (i + 1), hall.chat.state().most_held()));
  }
  hall.chat.abort();
  co_await hall.closes();
}

Async<> everybody_waits() {
  Hall hall(limits_of(Slow::wait));
  Guest ann("ann", hall, 4096), ben("ben", hall), cleo("cleo", hall);
  auto ben_hears = spawn(ben.listens());
  auto cleo_hears = spawn(cleo.listens());
  co_await ann.says("ann");
  co_await ben.says("ben");
  co_await cleo.says("cleo");
  auto talking = spawn(talks(ben, 1, kLines));
  std::string last;
  for (int i = 0; i < 12; ++i) {
    co_await sleep(1s);
    if (cleo.heard().back().line == last) continue;
    last = cleo.heard().back().line;
    say(hall.start, fmt::format("cleo's latest line: {}", last));
  }
  co_await talking;
  hall.chat.abort();
  co_await hall.closes();
}

}  // namespace

void the_slow_reader(const ExecutorOptions& options) {
  fmt::print("\n2. Ann sleeps for 5 seconds. Ben says 1000 lines, one a millisecond.\n");
  fmt::print("          held for     Cleo reads\n");
  fmt::print("          one member   the last   what Ann reads when she wakes up\n");
  for (const Slow slow : {Slow::keep, Slow::wait, Slow::skip, Slow::drop})
    Executor(options).block_on(one_policy(slow));
}

void unbounded(const ExecutorOptions& options) {
  fmt::print("Into the trap: a mailbox without a bound.\n");
  Executor(options).block_on(memory_goes());
}

void the_room_waits(const ExecutorOptions& options) {
  fmt::print("Into the trap: a room that awaits its members.\n");
  Executor(options).block_on(everybody_waits());
}

}  // namespace book::story
