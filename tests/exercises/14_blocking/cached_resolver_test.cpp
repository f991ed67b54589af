#include "exercise/cached_resolver.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "14_blocking/spawn_blocking.h"
#include "support/no_thread_left.h"
#include "support/thread_parker.h"
#include "support/watchdog.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::CachedResolver;

/// A slow server of names. It answers when it is told to.
struct Server {
  std::string look_up(const std::string& name) {
    if (std::this_thread::get_id() == loop) throw std::logic_error("this is the loop's thread");
    const int number = count(name);
    may_answer.wait();
    if (number == fails && (fails_only.empty() || fails_only == name))
      throw std::runtime_error("the server does not answer");
    return name + " " + std::to_string(number);
  }
  int count(const std::string& name) {
    const std::scoped_lock lock(mutex);
    return ++lookups[name];
  }

  std::mutex mutex;
  std::map<std::string, int> lookups;  // guarded by mutex
  const std::thread::id loop = std::this_thread::get_id();
  std::promise<void> opener;
  const std::shared_future<void> may_answer = opener.get_future().share();
  int fails = 0;           ///< the number of the lookup that does
  std::string fails_only;  ///< and the name, unless all do
};

Async<std::string> answer_of(CachedResolver& resolver, std::string name) {
  try {
    std::string address = co_await resolver.resolve(std::move(name));
    co_return address;
  } catch (const std::exception& error) {
    co_return std::string(error.what());
  }
}

struct Town {
  explicit Town(BlockingPoolOptions options = {}) : pool(options) {}

  std::shared_ptr<Server> server = std::make_shared<Server>();
  CachedResolver resolver{[server = server](std::string name) { return server->look_up(name); }};
  BlockingPool pool;
  BlockingPool::Scope here{pool};
  Executor executor;

  JoinHandle<std::string> ask(std::string name) {
    return spawn(answer_of(resolver, std::move(name)));
  }
  void let_it_answer() { server->opener.set_value(); }
  int lookups(const std::string& name) {
    const std::scoped_lock lock(server->mutex);
    return server->lookups[name];
  }
};
/// Until all who were spawned have asked.
Async<> all_have_asked() {
  for (int i = 0; i < 5; ++i) co_await yield_now();
}

Async<> two_who_ask(Town& town) {
  auto first = town.ask("a");
  auto second = town.ask("a");
  auto other = town.ask("b");
  co_await all_have_asked();
  town.let_it_answer();
  const std::string one = co_await first;
  const std::string two = co_await second;
  const std::string three = co_await other;
  EXPECT_NE(one, "this is the loop's thread")
      << "The lookup blocks, and it was called on the thread that runs the tasks: spawn_blocking.";
  EXPECT_EQ(town.lookups("a"), 1) << "Two asked for the same name at the same moment, and there "
                                     "were two jobs. Those who come later wait for the first.";
  EXPECT_EQ(one, "a 1");
  EXPECT_EQ(two, "a 1");
  EXPECT_EQ(three, "b 1");
  auto later = town.ask("a");
  const std::string again = co_await later;
  EXPECT_EQ(again, "a 1") << "It was known already.";
}
TEST(CachedResolver, LooksUpOnceForAllWhoAsk) {
  Town town;
  town.executor.block_on(two_who_ask(town));
}

Async<> ask_after_a_failure(Town& town) {
  auto first = town.ask("a");
  auto second = town.ask("a");
  co_await all_have_asked();
  town.let_it_answer();
  const std::string one = co_await first;
  const std::string two = co_await second;
  EXPECT_EQ(one, "the server does not answer");
  EXPECT_EQ(two, "the server does not answer");
  auto later = town.ask("a");
  const std::string three = co_await later;
  EXPECT_EQ(three, "a 2")
      << "The first lookup failed. That is over, and whoever asks now gets the old failure once "
         "more: an exception is not kept.";
}
TEST(CachedResolver, KeepsNoFailure) {
  Town town;
  town.server->fails = 1;
  town.executor.block_on(ask_after_a_failure(town));
}

Async<> drop_the_first(Town& town) {
  auto first = town.ask("a");
  co_await all_have_asked();
  first.abort();
  co_await all_have_asked();
  auto second = town.ask("a");
  co_await all_have_asked();
  town.let_it_answer();
  const std::string two = co_await second;
  EXPECT_EQ(two, "a 1")
      << "The one who asked first was dropped while its name was looked up, and "
         "that lookup was lost: the next one began another job. Keep it apart from "
         "the one who asks.";
  EXPECT_EQ(town.lookups("a"), 1);
}
TEST(CachedResolver, KeepsTheAnswerOfOneWhoWasDropped) {
  Town town;
  town.executor.block_on(drop_the_first(town));
}

// One thread looks names up one by one. So when "b" is known, the lookup of "a" has ended.
Async<> fail_when_nobody_waits(Town& town) {
  auto first = town.ask("a");
  co_await all_have_asked();
  first.abort();
  co_await all_have_asked();
  auto other = town.ask("b");
  co_await all_have_asked();
  town.let_it_answer();
  const std::string b = co_await other;
  co_await all_have_asked();
  auto later = town.ask("a");
  const std::string again = co_await later;
  EXPECT_EQ(again, "a 2")
      << "The one who asked was dropped, and then the lookup failed while no task waited for it. "
         "The next one who asks gets that old failure. A task of the resolver's own has to be "
         "there "
         "to hear of it.";
}
TEST(CachedResolver, KeepsNoFailureForWhichNobodyWaited) {
  Town town({.max_threads = 1});
  town.server->fails = 1;
  town.server->fails_only = "a";
  town.executor.block_on(fail_when_nobody_waits(town));
}

Async<> ask_without_a_thread(Town& town) {
  std::string one;
  {
    const test::NoThreadLeft no_thread_left;
    auto first = town.ask("a");
    std::string refused = co_await first;
    one = std::move(refused);
  }
  EXPECT_EQ(one.find("cannot start a thread"), 0u) << one;
  town.let_it_answer();
  auto later = town.ask("a");
  const std::string two = co_await later;
  EXPECT_EQ(two, "a 1")
      << "The system had no thread for the first job, so spawn_blocking threw. That "
         "was a failure like any other, and it was kept: begin the job inside the "
         "try.";
}
TEST(CachedResolver, KeepsNoFailureToStart) {
  Town town;
  town.executor.block_on(ask_without_a_thread(town));
}

Async<> two_names(CachedResolver& resolver) {
  auto first = spawn(answer_of(resolver, "a"));
  auto second = spawn(answer_of(resolver, "b"));
  co_await first;
  co_await second;
}
// "a" is not answered before "b" is asked. Who asks one after the other is waited for, but not
// forever.
TEST(CachedResolver, LooksUpTwoNamesAtTheSameTime) {
  test::give_this_test(60s);
  std::promise<void> b_is_asked;
  bool at_once = false;
  CachedResolver resolver([&, asked = b_is_asked.get_future().share()](std::string name) {
    if (name == "a") {
      at_once = asked.wait_for(5s) == std::future_status::ready;
    } else {
      b_is_asked.set_value();
    }
    return name;
  });
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  Executor executor;
  executor.block_on(two_names(resolver));
  EXPECT_TRUE(at_once) << "\"b\" was not looked up before there was an answer for \"a\": a lock is "
                          "held during the lookup. The cache is used by the loop's thread alone, "
                          "and a job needs nothing of it.";
}

/// A pool of one thread, which is held until the test lets it go.
struct Queue {
  std::promise<void> opener;
  BlockingPool pool{{.max_threads = 1}};
  BlockingPool::Scope here{pool};
  JoinHandle<void> held = spawn_blocking([open = opener.get_future().share()] { open.wait(); });
};

Async<> ask_one_and_then_another(Queue& queue, int& lookups) {
  std::optional<CachedResolver> resolver;
  resolver.emplace(
      [](const std::string&) -> std::string { throw std::runtime_error("no answer"); });
  auto first = spawn(answer_of(*resolver, "a"));
  co_await all_have_asked();
  first.abort();
  co_await all_have_asked();
  // The old one goes, and a new one comes where it has been.
  resolver.emplace(
      [&lookups](const std::string& name) { return name + " " + std::to_string(++lookups); });
  auto second = spawn(answer_of(*resolver, "a"));
  co_await all_have_asked();
  queue.opener.set_value();
  const std::string two = co_await second;
  co_await all_have_asked();
  auto third = spawn(answer_of(*resolver, "a"));
  const std::string three = co_await third;
  EXPECT_EQ(two + ", " + three, "a 1, a 1")
      << "A resolver went while its job was under way, and another one was made where it had been. "
         "The old one's task or job has used the new one as if it were the old one: it has a "
         "pointer "
         "to a resolver that is gone. What they use belongs to both: a std::shared_ptr.";
}
TEST(CachedResolver, MayGoWhileANameIsLookedUp) {
  int lookups = 0;
  Queue queue;
  Executor executor;
  executor.block_on(ask_one_and_then_another(queue, lookups));
}

Async<> ask_and_leave(CachedResolver& resolver, std::string name) {
  spawn(answer_of(resolver, std::move(name)));
  co_await all_have_asked();
}
TEST(CachedResolver, LooksUpWhatItWasAskedWhenTheExecutorHasEnded) {
  const std::string name(300, 'a');  // longer than what a std::string keeps inside of itself
  std::string asked = name;
  {
    CachedResolver resolver([&asked](std::string what) { return asked = std::move(what); });
    Queue queue;
    {
      Executor executor;
      executor.block_on(ask_and_leave(resolver, name));
    }
    queue.opener.set_value();
    auto last = spawn_blocking([] {});
    (void)test::finish(last);
  }
  EXPECT_EQ(asked, name)
      << "The executor ended before the job began, and with it went the frames of "
         "its tasks. The job has looked up what lay in such a frame: it has a "
         "reference to it. A job owns what it uses: capture by value.";
}

}  // namespace
}  // namespace book
