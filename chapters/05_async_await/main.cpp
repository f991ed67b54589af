// A bare coroutine; then async functions: lazy, one after another, side by side; what the compiler
// makes of them; references that dangle; and two downloads three ways. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <thread>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/dangling.h"
#include "05_async_await/story/by_hand.h"
#include "05_async_await/story/downloads.h"
#include "05_async_await/story/recital.h"
#include "05_async_await/story/songs.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

void a_function_that_stops() {
  fmt::print("\n1. A function that stops in the middle.\n");
  Recital recital = recite(2);
  fmt::print("   called: not a line of it has run\n");
  while (recital.go_on()) fmt::print("      (it has stopped: we are back in the caller)\n");
}

Async<int> answer() {
  fmt::print("   running at last\n");
  co_return 42;
}

void laziness() {
  fmt::print("\n2. A call that runs nothing.\n");
  Async<int> future = answer();
  fmt::print("   called: and nothing has happened\n");
  const int value = block_on(std::move(future));
  fmt::print("   polled to its end: {}\n", value);
}

void a_row(const ExecutorOptions& options) {
  fmt::print("\n3. Learn, sing, dance: one after another.\n");
  Executor executor(options);
  executor.spawn(one_after_another(executor.reactor().now()));
  executor.run();
}

void side_by_side(const ExecutorOptions& options) {
  fmt::print("\n4. Learn and sing, and dance meanwhile: two tasks.\n");
  Executor executor(options);
  const Instant start = executor.reactor().now();
  executor.spawn(learn_and_sing(start));
  executor.spawn(dance(start));
  executor.run();
}

template <class F>
Diary diary_of(F future, Diary& diary) {
  Executor executor;
  const int sum = executor.block_on(std::move(future));
  diary.push_back(fmt::format("sum {} after {} polls", sum, executor.polls()));
  return diary;
}

void by_hand() {
  fmt::print("\n5. The same function, by the compiler and by hand.\n");
  Diary diary;
  const Diary compilers = diary_of(sum_by_compiler(diary), diary);
  diary.clear();
  const Diary ours = diary_of(SumByHand(diary), diary);
  for (std::size_t line = 0; line < compilers.size(); ++line) {
    fmt::print("   {:<24}{}\n", compilers[line], ours[line]);
  }
  fmt::print("   {}\n",
             compilers == ours ? "the same, line by line" : "they differ: a bug in this book");
}

/// Makes the future in a scope of its own: when it is polled, the guest has left.
template <class Greet>
Async<std::string> greeting_of_a_guest(Greet greet) {
  Witness guest("Ada");
  return greet(guest);
}

/// The trap once more: the captured guest is a member of the lambda, and leaves with it.
Async<std::string> greeting_by_a_bare_lambda() {
  const Witness guest("Grace");
  auto greet = [guest]() -> Async<std::string> {
    co_await yield_now();
    co_return name_of(guest);
  };
  return greet();
}

/// The cure: async() keeps the lambda in a frame of its own.
Async<std::string> greeting_by_a_block() {
  const Witness guest("Grace");
  auto greet = [guest]() -> Async<std::string> {
    co_await yield_now();
    co_return name_of(guest);
  };
  return async(greet);
}

void dangling() {
  fmt::print("\n6. A future that is polled after its guest has left.\n");
  fmt::print("   by reference: hello, {}\n", block_on(greeting_of_a_guest(greet_by_reference)));
  fmt::print("   by value:     hello, {}\n", block_on(greeting_of_a_guest(greet_by_value)));
  fmt::print("   bare lambda:  hello, {}\n", block_on(greeting_by_a_bare_lambda()));
  fmt::print("   async block:  hello, {}\n", block_on(greeting_by_a_block()));
}

template <class Body>
void timed(const char* how, Body body) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t bytes = body();
  const auto passed = std::chrono::steady_clock::now() - start;
  fmt::print("   {:<18} {} bytes in ~{} ms\n", how, bytes,
             std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
}

Async<> add_download(std::uint16_t port, std::size_t& total) {
  const std::size_t bytes = co_await download_async(port);
  total += bytes;
}

void downloads() {
  fmt::print("\n7. Two pages from a server that takes 100 ms to answer.\n");
  const SlowServer server(std::chrono::milliseconds(100), 50'000);
  const std::uint16_t port = server.port();
  timed("one after another", [&] { return download(port) + download(port); });
  timed("two threads", [&] {
    std::size_t first = 0;
    std::thread other = start_thread([&] { first = download(port); });
    const std::size_t second = download(port);
    other.join();
    return first + second;
  });
  timed("two tasks", [&] {
    std::size_t total = 0;
    Executor executor;  // in real time: the server is a thread
    executor.spawn(add_download(port, total));
    executor.spawn(add_download(port, total));
    executor.run();
    return total;
  });
}

Async<> awaits_twice() {
  Async<int> future = answer();
  const int first = co_await future;
  fmt::print("   the first time: {}\n", first);
  const int second = co_await future;
  fmt::print("   the second time: {}\n", second);
}

Async<> naps(Instant start) {
  say_about(start, "a nap of 50 ms begins");
  co_await book::sleep(std::chrono::milliseconds(50));
  say_about(start, "the nap ends");
}

Async<> blocks(Instant start) {
  say_about(start, "the neighbour blocks the thread for 200 ms");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // the mistake
  co_return;
}

void walk_into(const std::string& trap) {
  Executor executor;  // in real time: who blocks a thread knows no other
  const Instant start = executor.reactor().now();
  if (trap == "await-twice") executor.block_on(awaits_twice());
  if (trap == "blocking") {
    executor.spawn(naps(start));
    executor.spawn(blocks(start));
    executor.run();
  }
}

void tell(Args& args) {
  if (const auto trap = args.get<std::string>("trap"); trap != "none") return walk_into(trap);
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  const int part = args.get<int>("part");
  const auto wanted = [part](int number) { return part == 0 || part == number; };
  fmt::print("Functions that can wait.\n");
  if (wanted(1)) a_function_that_stops();
  if (wanted(2)) laziness();
  if (wanted(3)) a_row(options);
  if (wanted(4)) side_by_side(options);
  if (wanted(5)) by_hand();
  if (wanted(6)) dangling();
  if (wanted(7)) downloads();
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "05_async_await",
       .summary = "async functions, and what the compiler makes of them",
       .options = {option::number("part", {.fallback = 0, .min = 0, .max = 7},
                                  "only this part of the story; 0 is all"),
                   option::choice("trap", {"none", "await-twice", "blocking"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
