#include "10_spawning/story/clean_up.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>

#include "02_timer_future/sleep.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// A lock on another machine: taking it and giving it back are messages, which have to be awaited.
class RemoteLock {
 public:
  explicit RemoteLock(Instant start) : start_(start) {}

  Async<> take() {
    co_await sleep(20ms);
    held_ = true;
    say(start_, "  the lock is taken");
  }
  Async<> give_back() {
    co_await sleep(20ms);
    held_ = false;
    say(start_, "  the lock is given back");
  }
  const char* state() const { return held_ ? "HELD" : "free"; }

 private:
  Instant start_;
  bool held_ = false;
};

/// Shared, for a task outlives the coroutine that has spawned it.
using Lock = std::shared_ptr<RemoteLock>;

Async<> work(Instant start) {
  co_await sleep(200ms);
  say(start, "  the work is done");
}

Async<> broken_work() {
  co_await sleep(80ms);
  throw std::runtime_error("the disk is full");
}

Async<> naive(Lock lock, Instant start) {
  co_await lock->take();
  co_await work(start);
  co_await lock->give_back();
}

Async<> careful(Lock lock) {
  co_await lock->take();
  std::exception_ptr failure;
  try {
    co_await broken_work();
  } catch (...) {
    failure = std::current_exception();  // co_await is forbidden here
  }
  co_await lock->give_back();  // and allowed here
  if (failure) std::rethrow_exception(failure);
}

Async<> obedient(Lock lock, CancellationToken token, Instant start) {
  co_await lock->take();
  auto until_told = token.run_until_cancelled(work(start));
  const auto done = co_await until_told;
  if (!done) say(start, "  the work is cancelled");
  co_await lock->give_back();
}

Async<> caretaker(Lock lock, JoinHandle<void> worker, CancellationToken left, Instant start) {
  auto until_left = left.run_until_cancelled(worker);  // borrowed: the worker is still ours
  const auto done = co_await until_left;
  if (!done) {
    worker.abort();
    try {
      co_await worker;  // from here on it is gone, with all that it held
    } catch (const JoinError&) {
      say(start, "  the caretaker: the worker is gone");
    }
  }
  co_await lock->give_back();
}

/// A destructor cannot wait. It can tell somebody who can.
struct TellWhenLeaving {
  CancellationToken left;
  ~TellWhenLeaving() { left.cancel(); }
};

Async<> with_a_caretaker(Lock lock, Instant start) {
  co_await lock->take();
  const TellWhenLeaving me;
  co_await spawn(caretaker(lock, spawn(work(start)), me.left, start));
}

}  // namespace

Async<> clean_up_behind_the_await(Instant start) {
  const auto lock = std::make_shared<RemoteLock>(start);
  auto hurried = timeout(100ms, naive(lock, start));
  co_await hurried;
  say(start, "timed out");
  co_await sleep(1s);
  say(start, fmt::format("long after that the lock is {}", lock->state()));
}

Async<> clean_up_after_catch(Instant start) {
  const auto lock = std::make_shared<RemoteLock>(start);
  try {
    co_await careful(lock);
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("{}; the lock is {}", error.what(), lock->state()));
  }
}

Async<> clean_up_after_token(Instant start) {
  const auto lock = std::make_shared<RemoteLock>(start);
  const CancellationToken token;
  JoinHandle<void> worker = spawn(obedient(lock, token, start));
  co_await sleep(100ms);
  token.cancel();
  co_await worker;
  say(start, fmt::format("the lock is {}", lock->state()));
}

Async<> clean_up_by_a_caretaker(Instant start) {
  const auto lock = std::make_shared<RemoteLock>(start);
  auto hurried = timeout(100ms, with_a_caretaker(lock, start));
  co_await hurried;
  say(start, "timed out");
  co_await sleep(1s);
  say(start, fmt::format("long after that the lock is {}", lock->state()));
}

}  // namespace book::story
