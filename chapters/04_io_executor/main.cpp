// Waiting for descriptors: with the bare reactor, then with futures on an executor; hundreds of
// sockets and timers on one thread; and a silence that is diagnosed. README.md walks through it.
#include <fmt/core.h>

#include <chrono>
#include <deque>
#include <string>

#include "04_io_executor/block_on.h"
#include "04_io_executor/executor.h"
#include "04_io_executor/io_blocker.h"
#include "04_io_executor/sockets.h"
#include "common/chapter.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

void send_byte(AsyncFd& socket) {
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  const char byte = '!';
  (void)socket.poll_write(cx, {&byte, 1});
}

void bare_reactor(TimeMode time) {
  fmt::print("1. The bare reactor: two sockets, and a list of events.\n");
  Reactor reactor(time);
  Reactor::Scope scope(reactor);
  SocketPair first = SocketPair::open();
  SocketPair second = SocketPair::open();
  IoBlocker blocker(reactor);
  blocker.add_interest(first.near, 1);
  blocker.add_interest(second.near, 2);
  send_byte(first.far);
  fmt::print("   Socket {} is now READABLE\n", blocker.block());
  send_byte(second.far);
  fmt::print("   Socket {} is now READABLE\n", blocker.block());
}

void with_futures(const ExecutorOptions& options) {
  fmt::print("\n2. The same with futures: the executor blocks, and polls whom it concerns.\n");
  SocketPair first = SocketPair::open();
  SocketPair second = SocketPair::open();
  Executor executor(options);
  Reactor::Scope scope(executor.reactor());
  executor.spawn(ReadByte(first.near, [] { fmt::print("   Socket 1 is now READABLE\n"); }));
  executor.spawn(ReadByte(second.near, [] { fmt::print("   Socket 2 is now READABLE\n"); }));
  executor.spawn(SendLater(10ms, first.far));
  executor.spawn(SendLater(20ms, second.far));
  executor.run();
  fmt::print("   4 tasks, {} polls\n", executor.polls());
}

void many(const ExecutorOptions& options, int count) {
  fmt::print("\n3. {} sockets and {} timers, one thread.\n", count, count);
  std::deque<SocketPair> sockets;
  Executor executor(options);
  Reactor::Scope scope(executor.reactor());
  const Instant start = executor.reactor().now();
  int read = 0;
  for (int i = 0; i < count; ++i) {
    SocketPair& socket = sockets.emplace_back(SocketPair::open());
    executor.spawn(ReadByte(socket.near, [&read] { ++read; }));
    executor.spawn(SendLater(std::chrono::milliseconds(1 + i % 100), socket.far));
  }
  executor.run();
  const Duration passed = executor.reactor().now() - start;
  fmt::print("   {} bytes read in ~{} ms\n", read,
             std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  fmt::print("   {} tasks, {} polls: each was asked twice, and slept in between\n", 2 * count,
             executor.polls());
}

void silence(const ExecutorOptions& options) {
  fmt::print("\n4. A future that forgets its waker.\n");
  try {
    block_on(Forgetful(), options);
  } catch (const Deadlock& deadlock) {
    fmt::print("   Deadlock: {}\n", deadlock.what());
  }
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "04_io_executor",
       .summary = "an executor that sleeps in the reactor",
       .options = {book::option::number("sockets", {.fallback = 300, .min = 1, .max = 10'000},
                                        "how many sockets, and timers, part 3 waits for")}},
      argc, argv, [](book::Args& args) {
        const book::ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
        book::story::bare_reactor(args.time_mode());
        book::story::with_futures(options);
        book::story::many(options, args.get<int>("sockets"));
        book::story::silence(options);
      });
}
