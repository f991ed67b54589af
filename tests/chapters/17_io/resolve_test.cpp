// resolve: on helper threads that a test holds up and lets go. (Only one test asks the system.)
#include "17_io/sockets/resolve.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "support/child_process.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/sanitizer.h"

namespace book {
namespace resolve_test {

using namespace std::chrono_literals;
using Addresses = Resolver::Addresses;

/// Names whose lookup takes as long as the test likes.
class SlowNames {
 public:
  /// For a Resolver; may outlive this.
  Resolver::Call call() const {
    return [state = state_](const std::string& host, std::uint16_t port) {
      std::unique_lock lock(state->mutex);
      state->asked.push_back(host);
      state->busy += 1;
      state->busiest = std::max(state->busiest, state->busy);
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return state->open || host == "quick"; });
      state->busy -= 1;
      if (host == "unknown") throw std::system_error(EAI_NONAME, resolve_category(), "resolve");
      return Addresses{Address::loopback(port)};
    };
  }
  void open() const {
    const std::scoped_lock lock(state_->mutex);
    state_->open = true;
    state_->changed.notify_all();
  }
  /// Waits until so many lookups have begun.
  void wait_for(std::size_t count) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->asked.size() >= count; });
  }
  std::vector<std::string> asked() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->asked;
  }
  int busiest() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->busiest;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    std::vector<std::string> asked;
    int busy = 0, busiest = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST(Resolve, DigitsAreReadyAtOnceAndAskNobody) {
  SlowNames names;
  const Resolver resolver(names.call());
  test::CountingWaker task;
  Context cx(task.waker());
  for (const std::string digits : {"192.0.2.7", "2001:db8::7"}) {
    auto future = resolver.resolve(digits, 80);
    EXPECT_EQ(future.poll(cx).value(), Addresses{*Address::parse(digits, 80)});
  }
  EXPECT_EQ(task.clones(), 0);
  EXPECT_TRUE(names.asked().empty());
}

TEST(Resolve, ANameIsLookedUpWhileTheLoopGoesOn) {
  SlowNames names;
  const Resolver resolver(names.call());
  Executor executor;
  int ticks = 0;
  const auto others = [&]() -> Async<> {
    names.wait_for(1);  // has begun, on another thread: or we would wait here forever
    for (; ticks < 3; ++ticks) co_await sleep(1ms);
    names.open();
  };
  const auto [found, done] =
      executor.block_on(join(resolver.resolve("example.org", 80), async(others)));
  (void)done;
  EXPECT_EQ(found, Addresses{Address::loopback(80)});
  EXPECT_EQ(ticks, 3);
}

TEST(Resolve, StartsNothingBeforeItIsPolled) {
  SlowNames names;
  const Resolver resolver(names.call());
  { const auto never_polled = resolver.resolve("example.org", 80); }
  EXPECT_TRUE(names.asked().empty());
}

TEST(Resolve, KeepsANameThatWasATemporary) {
  const SlowNames names;
  const std::string name = "a-name-that-is-too-long-to-lie-inside-of-a-string.example.org";
  Executor executor;
  {
    const Resolver resolver(names.call());
    auto looking = resolver.resolve(std::string(name), 80);
    const std::string other(name.size(), '!');  // lies where the temporary was
    auto opens = [&names]() -> Async<> {
      names.open();
      co_return;
    };
    executor.block_on(join(looking, opens()));
    EXPECT_EQ(other.front(), '!');
  }
  EXPECT_EQ(names.asked(), std::vector{name});
}

TEST(Resolve, AnErrorComesOutInTheWordsOfTheSystem) {
  SlowNames names;
  names.open();
  const Resolver resolver(names.call());
  Executor executor;
  try {
    executor.block_on(resolver.resolve("unknown", 80));
    ADD_FAILURE() << "it was found";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::error_code(EAI_NONAME, resolve_category()));
    EXPECT_EQ(error.code().message(), ::gai_strerror(EAI_NONAME));
  }
}

TEST(Resolve, AsksTheSystemForARealName) {
  Executor executor;
  const Addresses found = executor.block_on(resolve("localhost", 7878));
  ASSERT_FALSE(found.empty());
  for (const Address& address : found) EXPECT_EQ(address.port(), 7878);
  EXPECT_NE(std::find(found.begin(), found.end(), Address::loopback(7878)), found.end())
      << "127.0.0.1 is not among the addresses of localhost";
}

TEST(Resolve, ANameWithAHiddenTailIsNotLookedUpAsTheFirstHalf) {
  Executor executor;
  for (const char* host : {"localhost", "127.0.0.1"}) {
    try {
      executor.block_on(resolve(host + std::string("\0.example.org", 13), 80));
      ADD_FAILURE() << host;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::error_code(EAI_NONAME, resolve_category()));
    }
  }
}

TEST(Resolve, UsesNoMoreThreadsThanItMay) {
  SlowNames names;
  const Resolver resolver(names.call(), 2);
  Executor executor;
  std::vector<Resolver::Resolve> lookups;
  lookups.reserve(7);
  for (int i = 0; i < 7; ++i) lookups.push_back(resolver.resolve("name", 80));
  const auto others = [&]() -> Async<> {
    names.wait_for(2);
    co_await sleep(0ms);
    names.open();
  };
  const auto [found, done] = executor.block_on(join(join_all(std::move(lookups)), async(others)));
  (void)done;
  EXPECT_EQ(found.size(), 7u);
  EXPECT_EQ(names.asked().size(), 7u);
  EXPECT_EQ(names.busiest(), 2);
}

TEST(Resolve, ALookupThatIsDroppedBeforeItBeganNeverBegins) {
  SlowNames names;
  const Resolver resolver(names.call(), 1);
  test::CountingWaker task;
  Context cx(task.waker());
  auto first = resolver.resolve("first", 80);
  EXPECT_TRUE(first.poll(cx).is_pending());
  {
    auto second = resolver.resolve("second", 80);
    EXPECT_TRUE(second.poll(cx).is_pending());
  }
  auto third = resolver.resolve("third", 80);
  EXPECT_TRUE(third.poll(cx).is_pending());
  names.open();
  names.wait_for(2);
  EXPECT_EQ(names.asked(), (std::vector<std::string>{"first", "third"}));
}

TEST(Resolve, ThoseThatWereGivenUpDoNotPileUpBehindOneThatWaits) {
  if (test::under_sanitizer()) GTEST_SKIP() << "a sanitizer's memory is not counted";
  SlowNames names;
  const Resolver resolver(names.call(), 1);
  test::CountingWaker task;
  Context cx(task.waker());
  auto first = resolver.resolve("first", 80);
  EXPECT_TRUE(first.poll(cx).is_pending());
  names.wait_for(1);
  auto second = resolver.resolve("second", 80);
  EXPECT_TRUE(second.poll(cx).is_pending());
  const std::size_t before = ::mallinfo2().uordblks;
  for (int i = 0; i < 20'000; ++i) {
    auto given_up = resolver.resolve("given up", 80);
    EXPECT_TRUE(given_up.poll(cx).is_pending());
  }
  EXPECT_LT(::mallinfo2().uordblks, before + 256 * 1024);
  auto last = resolver.resolve("last", 80);
  EXPECT_TRUE(last.poll(cx).is_pending());
  names.open();
  names.wait_for(3);
  EXPECT_EQ(names.asked(), (std::vector<std::string>{"first", "second", "last"}));
}

TEST(Resolve, DroppedWhileItIsLookedUpItWakesNobody) {
  SlowNames names;
  const Resolver resolver(names.call(), 1);
  test::CountingWaker task;
  {
    Context cx(task.waker());
    auto lookup = resolver.resolve("slow", 80);
    EXPECT_TRUE(lookup.poll(cx).is_pending());
    names.wait_for(1);
  }
  EXPECT_EQ(task.kept(), 0) << "a lookup may take half a minute: it must not keep the task";
  names.open();
  test::CountingWaker other;
  Context cx(other.waker());
  auto next = resolver.resolve("next", 80);
  EXPECT_TRUE(next.poll(cx).is_pending());
  names.wait_for(2);  // the only helper has come to the next one: it is done with the first
  EXPECT_EQ(task.wakes(), 0);
}

TEST(Resolve, DroppedAtAnyMomentWhileHelpersAreAtWorkIsSafe) {
  const Resolver resolver(
      [](const std::string&, std::uint16_t port) { return Addresses{Address::loopback(port)}; });
  for (int i = 0; i < 300; ++i) {
    Executor executor;
    std::optional<Resolver::Resolve> lookup(resolver.resolve("name", 80));
    const auto some_polls = [&]() -> Async<> {
      for (int polls = 0; polls <= i % 3; ++polls) {
        auto poll_once =
            poll_fn([&](Context& cx) -> Poll<bool> { return lookup->poll(cx).is_ready(); });
        bool ready = co_await poll_once;
        if (ready) break;
      }
      lookup.reset();
    };
    executor.block_on(async(some_polls));
  }
}

TEST(Resolve, VirtualTimeDoesNotRunAwayWhileANameIsLookedUp) {
  SlowNames names;
  const Resolver resolver(names.call());
  Executor executor({.time = TimeMode::virtual_time});
  executor.spawn(sleep(1h));
  const Instant start = executor.reactor().now();
  std::thread clerk([&] {
    names.wait_for(1);
    names.open();
  });
  executor.block_on(resolver.resolve("example.org", 80));
  clerk.join();
  EXPECT_EQ(executor.reactor().now() - start, 0s);
}

TEST(Resolve, ADroppedLookupLetsVirtualTimeGoOn) {
  SlowNames names;
  const Resolver resolver(names.call());
  Executor executor({.time = TimeMode::virtual_time});
  const auto gives_up = [&]() -> Async<> {
    std::optional<Resolver::Resolve> lookup(resolver.resolve("example.org", 80));
    auto poll_once =
        poll_fn([&](Context& cx) -> Poll<bool> { return lookup->poll(cx).is_pending(); });
    bool waits = co_await poll_once;
    EXPECT_TRUE(waits);
    names.wait_for(1);
    lookup.reset();
    co_await sleep(1h);  // the helper is still held up, and nobody waits for it
  };
  executor.block_on(async(gives_up));
  names.open();
}

TEST(Resolve, KeepsTheContract) {
  struct Trial {
    SlowNames names;
    Resolver resolver{names.call(), 1};
  };
  std::vector<std::shared_ptr<Trial>> all;
  test::expect_contract(
      [&] {
        auto trial = all.emplace_back(std::make_shared<Trial>());
        return test::subject(trial->resolver.resolve("name", 80), [trial] {
          // The only helper comes to the second name when it is done with the first, wake and all.
          trial->names.open();
          const std::size_t before = trial->names.asked().size();
          const Waker noop = Waker::noop();
          Context cx(noop);
          auto second = trial->resolver.resolve("quick", 80);
          while (second.poll(cx).is_pending()) trial->names.wait_for(before + 1);
        });
      },
      {}, [](const Addresses& found) { return found.size() == 1; });
  test::expect_contract(
      [] {
        static const Resolver resolver(
            [](const std::string&, std::uint16_t) { return Addresses{}; });
        return test::subject(resolver.resolve("::1", 80));
      },
      {.ready_at_once = true});
}

TEST(Resolver, WithoutThreadsIsRefused) {
  EXPECT_THROW(Resolver(SlowNames().call(), 0), std::invalid_argument);
}

TEST(Resolve, AForkedChildLooksUpByItself) {
  if (test::under_thread_sanitizer()) {
    GTEST_SKIP() << "the thread sanitizer allows no threads in a child of a process that has some";
  }
  if (test::under_address_sanitizer()) {
    GTEST_SKIP()
        << "the address sanitizer's allocator may be locked by a thread that the child has not";
  }
  // All helpers have something to do, and there is more in the queue.
  std::vector<Resolver::Resolve> lookups;
  lookups.reserve(64);
  const Waker waker = Waker::noop();
  Context cx(waker);
  for (int i = 0; i < 64; ++i) {
    lookups.push_back(resolve("localhost", 80));
    (void)lookups.back().poll(cx);
  }
  const test::ChildResult child = test::run_in_child([] {
    ::alarm(20);  // a child that waits for threads that only its parent has waits forever
    return block_on(resolve("localhost", 80)).empty() ? 1 : 0;
  });
  EXPECT_EQ(child.signal, 0);
  EXPECT_EQ(child.exit_code, 0);
}

}  // namespace resolve_test
}  // namespace book
