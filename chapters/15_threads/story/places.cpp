#include "15_threads/story/places.h"

#include <fmt/format.h>

#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "09_streams/local_channel.h"
#include "10_spawning/spawn.h"
#include "15_threads/send.h"
#include "15_threads/spawn_local.h"
#include "15_threads/story/elsewhere.h"
#include "15_threads/thread_pool_executor.h"
#include "common/thread_bound.h"

namespace book::story {
namespace {

// ---- moving and staying -------------------------------------------------------

struct Places {
  int polls = 0;
  std::set<std::thread::id> threads{};
  void note() {
    ++polls;
    threads.insert(std::this_thread::get_id());
  }
};

Async<Places> moves() {
  Places places;
  places.note();
  co_await go_elsewhere();
  places.note();
  co_return places;
}

Async<Places> stays() {
  Places places;
  places.note();
  co_await yield_now();
  places.note();
  co_await yield_now();
  places.note();
  co_return places;
}

void tell(const char* how, const Places& places) {
  fmt::print("   {:<12} {} polls, on {} thread{}\n", how, places.polls, places.threads.size(),
             places.threads.size() == 1 ? "" : "s");
}

Async<> both() {
  auto by_spawn = spawn(moves());
  const Places moved = co_await by_spawn;
  tell("spawn:", moved);
  auto by_spawn_local = spawn_local(stays());
  const Places stayed = co_await by_spawn_local;
  tell("spawn_local:", stayed);
}

// ---- what may cross -----------------------------------------------------------

struct Stays : NotSend {
  using Output = int;
  Poll<int> poll(Context&) { return Poll<int>::ready(1); }
};

const char* verdict(bool may) { return may ? "may cross" : "stays"; }

/// It is Send as far as the compiler can see.
class Cache {
 public:
  void put() { bound_.check(); }

 private:
  ThreadBound bound_{"Cache"};
};

/// On worker 1.
Async<std::string> uses(Cache* cache) {
  if (Worker::current()->number() == 0) co_await go_elsewhere();
  try {
    cache->put();
  } catch (const std::logic_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

Async<> makes_a_cache() {
  Cache cache;  // on worker 0, where block_on's future stays
  auto elsewhere = spawn(uses(&cache));
  const std::string said = co_await elsewhere;
  fmt::print("   and when it is used:\n   {}\n", said);
}

// ---- the traps ----------------------------------------------------------------

thread_local std::string user = "nobody";

Async<> serves(const char* who) {
  user = who;
  fmt::print("before the await: {}\n", user);
  co_await go_elsewhere();
  fmt::print("after it: {}\n", user);
}

Async<> takes_it_along() {
  if (Worker::current()->number() == 1) co_await go_elsewhere();
  const Cache cache;  // on worker 0
  co_await go_elsewhere();
}

}  // namespace

void one_moves_and_one_stays() {
  ThreadPoolExecutor pool({.workers = 2});
  pool.block_on(both());
}

void what_may_cross() {
  auto lambda = [ends = local_channel<int>(1)] { return &ends; };
  fmt::print("   int                         {}\n", verdict(Send<int>));
  fmt::print("   std::unique_lock            {}\n", verdict(Send<std::unique_lock<std::mutex>>));
  fmt::print("   LocalSender                 {}\n", verdict(Send<LocalSender<int>>));
  fmt::print("   join(what stays, ...)       {}\n",
             verdict(Send<decltype(join(Stays(), ready(1)))>));
  fmt::print("   a lambda with a LocalSender {}, says the compiler\n",
             verdict(Send<decltype(lambda)>));
  fmt::print("   a pointer to a Cache        {}, says the compiler;\n", verdict(Send<Cache*>));
  ThreadPoolExecutor pool({.workers = 2});
  pool.block_on(makes_a_cache());
}

void keeps_it_in_a_thread_local() {
  ThreadPoolExecutor pool({.workers = 2});
  pool.spawn(serves("anna"));
  pool.run();
}

void drops_it_elsewhere() {
  ThreadPoolExecutor pool({.workers = 2});
  pool.spawn(takes_it_along());
  pool.run();
}

}  // namespace book::story
