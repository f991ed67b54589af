// Async functions: lazy, one after another, side by side; what the compiler makes of them; a trap;
// and two downloads three ways. README.md walks through it.
#include <fmt/core.h>

#include <chrono>
#include <string>
#include <thread>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/by_hand.h"
#include "05_async_await/dangling.h"
#include "05_async_await/downloads.h"
#include "05_async_await/songs.h"
#include "05_async_await/stage.h"
#include "common/chapter.h"

namespace book::stage {
namespace {

Async<int> answer() {
  fmt::print("   running at last\n");
  co_return 42;
}

void laziness() {
  fmt::print("1. A call that runs nothing.\n");
  Async<int> future = answer();
  fmt::print("   called: and nothing has happened\n");
  const int value = block_on(std::move(future));
  fmt::print("   polled to its end: {}\n", value);
}

void songs(const ExecutorOptions& options) {
  fmt::print("\n2. Learn, sing, dance: one after another.\n");
  {
    Executor executor(options);
    executor.block_on(one_after_another(executor.reactor().now()));
  }
  fmt::print("\n3. Learn and sing, and dance meanwhile: two tasks.\n");
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
  fmt::print("\n4. The same function, by the compiler and by hand.\n");
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

/// Makes the future in a scope of its own, as a function that returns it would.
template <class Greet>
Async<std::string> greeting_of_a_guest(Greet greet) {
  Witness guest("Ada");
  return greet(guest);
}

void dangling() {
  fmt::print("\n5. A future that is polled after its guest has left.\n");
  fmt::print("   by reference: hello, {}\n", block_on(greeting_of_a_guest(greet_by_reference)));
  fmt::print("   by value:     hello, {}\n", block_on(greeting_of_a_guest(greet_by_value)));
  const Witness guest("Grace");
  auto block = async([guest]() -> Async<std::string> {
    co_await yield_now();
    co_return guest.name();
  });
  fmt::print("   async block:  hello, {}\n", block_on(std::move(block)));
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
  fmt::print("\n6. Two pages from a server that takes 100 ms to answer.\n");
  const SlowServer server(std::chrono::milliseconds(100), 50'000);
  const std::uint16_t port = server.port();
  timed("one after another", [&] { return download(port) + download(port); });
  timed("two threads", [&] {
    std::size_t first = 0;
    std::thread other([&] { first = download(port); });
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

}  // namespace
}  // namespace book::stage

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "05_async_await", .summary = "async functions, and what the compiler makes of them"},
      argc, argv, [](book::Args& args) {
        const book::ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
        book::stage::laziness();
        book::stage::songs(options);
        book::stage::by_hand();
        book::stage::dangling();
        book::stage::downloads();
      });
}
