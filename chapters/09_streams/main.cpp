// Streams: what one is, how to ask it, what pipelines do and when, many items at once, and pressure
// from behind made visible. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"
#include "09_streams/buffered.h"
#include "09_streams/collect.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/story/asleep.h"
#include "09_streams/story/backpressure.h"
#include "09_streams/story/countdown.h"
#include "09_streams/story/fibonacci.h"
#include "09_streams/story/jumpers.h"
#include "09_streams/story/sums.h"
#include "09_streams/story/timeline.h"
#include "09_streams/take_skip.h"
#include "09_streams/then.h"
#include "09_streams/timing.h"
#include "09_streams/try_stream.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

template <class S>
void print_all(const char* title, S stream) {
  fmt::print("   {:<14}", title);
  block_on(stream | for_each([](int item) { fmt::print(" {}", item); }));
  fmt::print(", and the end\n");
}

void written_twice() {
  fmt::print("\n2. One stream, written twice.\n");
  print_all("by hand:", Countdown(3));
  print_all("by coroutine:", countdown(3));
}

std::optional<int> count(int& last) {
  ++last;
  fmt::print("   asked for {}\n", last);
  return last;
}

void laziness() {
  fmt::print("\n3. A pipeline over numbers without end.\n");
  auto squares_of_even = unfold(0, count) | filter([](int n) { return n % 2 == 0; }) |
                         map([](int n) { return n * n; }) | take(2);
  fmt::print("   made: and nothing was asked for\n");
  const auto squares = block_on(squares_of_even | collect<std::vector<int>>());
  fmt::print("   {} and {}\n", squares[0], squares[1]);
}

void sums() {
  fmt::print("\n4. Sums, item by item.\n");
  fmt::print("   with next: {}\n", block_on(sum_with_next(iter({1, 2, 3, 4}))));
  auto cards = iter({1, 2, 3, 4}) | map(read_card);
  try {
    fmt::print("   with try_next: {}\n", block_on(sum_with_try_next(cards)));
  } catch (const std::exception& error) {
    fmt::print("   with try_next: {}\n", error.what());
  }
  fmt::print("   the rest, after that error: {}\n", block_on(sum_with_try_next(cards)));
}

void fibonacci_with_patience(Executor& executor) {
  fmt::print("\n6. Fibonacci numbers, to whoever has 100 ms of patience.\n");
  const Instant start = executor.reactor().now();
  int silences = 0;
  auto patient = [&](const std::optional<std::uint64_t>& number) {
    if (!number) ++silences;
    return silences < 3;
  };
  auto print = [&](std::optional<std::uint64_t> number) {
    say_about(start, number ? std::to_string(*number) : "nothing yet");
  };
  executor.block_on(fibonacci() | timeout_each(100ms) | take_while(patient) | for_each(print));
  fmt::print("   that was enough\n");
}

/// Runs `build(timeline)`, a stream of pages, and draws what happened.
template <class Build>
void draw(const ExecutorOptions& options, const char* title, Build build) {
  Executor executor(options);
  const Reactor::Scope scope(executor.reactor());
  Timeline timeline(executor.reactor().now());
  auto note = [&](const Page& page) { timeline.comes_out(page); };
  executor.block_on(build(timeline) | for_each(note));
  timeline.draw(title);
}

void timelines(const ExecutorOptions& options) {
  fmt::print("\n8. Four downloads: # under way, - done and waiting for its turn, > comes out.\n");
  const std::vector<Page> pages{{'a', 300ms}, {'b', 100ms}, {'c', 250ms}, {'d', 100ms}};
  draw(options, "then(download)", [&](Timeline& timeline) {
    return iter(pages) | then([&](Page page) { return timeline.download(page); });
  });
  draw(options, "map(download) | buffered(2)", [&](Timeline& timeline) {
    return iter(pages) | map([&](Page page) { return timeline.download(page); }) | buffered(2);
  });
  draw(options, "map(download) | buffer_unordered(2)", [&](Timeline& timeline) {
    return iter(pages) | map([&](Page page) { return timeline.download(page); }) |
           buffer_unordered(2);
  });
  draw(options, "throttle(200ms) | map(download) | buffered(4)", [&](Timeline& timeline) {
    return iter(pages) | throttle(200ms) | map([&](Page page) { return timeline.download(page); }) |
           buffered(4);
  });
}

void tell(const ExecutorOptions& options) {
  fmt::print("1. A channel whose far end is a stream.\n");
  block_on(send_and_receive());
  written_twice();
  laziness();
  sums();
  Executor executor(options);
  fmt::print("\n5. Jumper n jumps n times. 100 at once, and number 42 has a weak knee.\n");
  executor.block_on(jump_around(executor.reactor().now(), 100));
  fibonacci_with_patience(executor);
  fmt::print("\n7. A fast producer, a channel of two places, a slow consumer.\n");
  executor.block_on(fast_producer_slow_consumer(executor.reactor().now()));
  timelines(options);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "09_streams",
       .summary = "streams: futures that are ready many times, in pipelines",
       .options = {book::option::choice("trap", {"none", "asleep", "awake"},
                                        "a loop that puts a buffer to sleep, or its cure")}},
      argc, argv, [](book::Args& args) {
        const book::ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
        const auto trap = args.get<std::string>("trap");
        if (trap == "none") return book::story::tell(options);
        book::Executor executor(options);
        const book::Instant start = executor.reactor().now();
        if (trap == "asleep") executor.block_on(book::story::reads_in_the_loop(start));
        if (trap == "awake") executor.block_on(book::story::reads_in_the_pipeline(start));
      });
}
