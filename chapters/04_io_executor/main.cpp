// One thread waits for everything: first the bare reactor, then the executor that parks in it,
// hundreds of sockets and timers, and what it says when nothing can happen any more. README.md
// walks through it.
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <deque>
#include <string>

#include "04_io_executor/block_on.h"
#include "04_io_executor/io_blocker.h"
#include "04_io_executor/story/people.h"
#include "common/program/chapter.h"

namespace book::story {
namespace {

using std::chrono::milliseconds;

long in_ms(Duration time) { return std::chrono::round<milliseconds>(time).count(); }

void bare_reactor() {
  fmt::print("\n1. The bare reactor: an event map, and no futures.\n");
  const Line one, two;
  IoBlocker io_blocker;
  io_blocker.add_io_event_interest(one.near.fd(), {.id = 1, .signals = Signals::readable});
  io_blocker.add_io_event_interest(two.near.fd(),
                                   {.id = 2, .signals = Signals::readable | Signals::writable});
  IoBlocker::Event event = io_blocker.block();
  fmt::print("   Socket {} is now {}\n", event.id, to_string(event.signals));
  fmt::print("   (somebody writes to socket 1)\n");
  one.send("hello");
  event = io_blocker.block();
  fmt::print("   Socket {} is now {}\n", event.id, to_string(event.signals));
}

/// Writes at once: a future that is ready at its first poll.
struct Somebody {
  using Output = void;
  const Line& line;
  Poll<void> poll(Context&) {
    fmt::print("   (somebody writes to socket 1)\n");
    line.send("hello");
    return Poll<void>::ready();
  }
};

void futures(ExecutorOptions options) {
  fmt::print("\n2. The same through futures: three tasks, one executor.\n");
  const Line one, two;
  Tally tally;
  Executor executor(options);
  executor.spawn(Reader(one, tally, 1, &two));
  executor.spawn(Reader(two, tally, 2));
  executor.spawn(Somebody{one});
  executor.run();
  fmt::print("   polls {}, parked {} times\n", executor.polls(), executor.parks());
}

void hundreds(ExecutorOptions options, int sockets) {
  fmt::print("\n3. One thread, {} sockets and {} timers.\n", sockets, sockets);
  std::deque<Line> lines;
  Tally readers, timers;
  Executor executor(options);
  const Instant begin = executor.reactor().now();
  for (int i = 0; i < sockets; ++i) {
    const Line& line = lines.emplace_back();
    executor.spawn(Reader(line, readers));
    executor.spawn(Writer(line, milliseconds(10 * (1 + i % 10)), timers));
  }
  executor.run();
  readers.threads.merge(timers.threads);
  fmt::print("   timers:  {} messages sent in {} polls\n", timers.done, timers.polls);
  fmt::print("   readers: {} messages read in {} polls\n", readers.done, readers.polls);
  fmt::print("   threads {}, parked ~{} times, ~{} ms\n", readers.threads.size(), executor.parks(),
             in_ms(executor.reactor().now() - begin));
}

void cost_of_waiting(ExecutorOptions options, int wait) {
  fmt::print("\n4. What waiting costs: a reader, and a message after {} ms.\n", wait);
  const Line line;
  Tally reader, timer;
  Executor executor(options);
  const std::clock_t cpu = std::clock();
  executor.spawn(Reader(line, reader));
  executor.spawn(Writer(line, milliseconds(wait), timer));
  executor.run();
  const double busy = 1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  fmt::print("   polls {}, parked {} times, the processor busy for ~{:.0f} ms\n", executor.polls(),
             executor.parks(), busy);
}

void busy_neighbour(ExecutorOptions options) {
  fmt::print("\n5. A neighbour that never rests, and a message that comes meanwhile.\n");
  const Line line;
  Tally reader, neighbour;
  Executor executor(options);
  executor.spawn(Reader(line, reader));
  executor.spawn(Neighbour(reader, neighbour));
  executor.spawn(Writer(line, Duration::zero(), neighbour));
  executor.run();
  fmt::print("   the reader got it after {} polls of the others, parked {} times\n",
             neighbour.polls, executor.parks());
}

void silence(ExecutorOptions options) {
  fmt::print("\n6. Silence: two tasks that nobody will ever wake.\n");
  Executor executor(options);
  executor.spawn(Forgetful());
  executor.spawn(Forgetful());
  try {
    executor.run();
  } catch (const Deadlock& deadlock) {
    fmt::print("   run() throws a Deadlock. It says:\n\n{}\n", deadlock.what());
  }
}

/// Runs another future inside its poll: what block_on refuses.
struct Impatient {
  using Output = void;
  ExecutorOptions options;
  Poll<void> poll(Context&) {
    block_on(sleep(milliseconds(1)), options);
    return Poll<void>::ready();
  }
};

void walk_into(const std::string& trap, ExecutorOptions options) {
  const Line line;
  Tally tally;
  Executor executor(options);
  fmt::print("Into the trap: {}.\n", trap);
  if (trap == "forgotten-waker") executor.block_on(Forgetful());
  if (trap == "forgotten-among-others") {
    executor.spawn(Forgetful());
    executor.block_on(Writer(line, milliseconds(20), tally));
    fmt::print("The other task has ended as if nothing were wrong.\n");
  }
  if (trap == "two-readers") {
    executor.spawn(Reader(line, tally));
    executor.block_on(Reader(line, tally));
  }
  if (trap == "block-on-inside") executor.block_on(Impatient{options});
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  const int part = args.get<int>("part");
  const auto wanted = [part](int number) { return part == 0 || part == number; };
  fmt::print("One thread waits for everything.\n");
  if (wanted(1)) bare_reactor();
  if (wanted(2)) futures(options);
  if (wanted(3)) hundreds(options, args.get<int>("sockets"));
  if (wanted(4)) cost_of_waiting(options, args.get<int>("wait"));
  if (wanted(5)) busy_neighbour(options);
  if (wanted(6)) silence(options);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "04_io_executor",
       .summary = "one thread waits for everything: a reactor, an executor, wakers between them",
       .options = {option::number("part", {.fallback = 0, .min = 0, .max = 6},
                                  "only this part of the story; 0 is all"),
                   option::number("sockets", {.fallback = 300, .min = 1, .max = 100'000},
                                  "how many sockets, and timers, part 3 has"),
                   option::number("wait", {.fallback = 100, .min = 1, .max = 10'000},
                                  "how many ms the reader of part 4 waits"),
                   option::choice("trap",
                                  {"none", "forgotten-waker", "forgotten-among-others",
                                   "two-readers", "block-on-inside"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
