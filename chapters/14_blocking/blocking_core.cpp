#include "14_blocking/blocking_core.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "04_io_executor/silence.h"
#include "common/append.h"
#include "common/signals_blocked.h"
#include "common/start_thread.h"

namespace book {

using std::chrono::steady_clock;

namespace {
constexpr Duration kAYear = std::chrono::hours(24 * 365);  // what is longer is forever
}

BlockingCore::BlockingCore(BlockingPoolOptions options) : options_(std::move(options)) {
  if (options_.max_threads == 0) {
    throw std::invalid_argument("a blocking pool of no threads would never run a job");
  }
  start_ = [this](Seats::iterator seat) {
    const SignalsBlocked none_for_the_new_thread;
    return start_thread([keep = Arc<BlockingCore>::share(this), seat] { keep->work(seat); });
  };
}

// --- The queue, and who comes for it --------------------------------------------------------

void BlockingCore::adopt(Task* job) {
  own(job);
  trace::spawn(job, job->place());
  bool tell = false;
  try {
    const Lock lock(mutex_);
    if (!ended_) {
      tell = push(job);
      job = nullptr;
    }
  } catch (...) {
    refuse(job);
    throw;
  }
  if (tell) told_one_.notify_one();
  if (!job) return;
  detail::say(
      fmt::format("a job was given to a blocking pool that has ended: it never runs, and is "
                  "dropped (spawned at {}:{})",
                  job->place().file, job->place().line));
  drop({job, std::nullopt});
}

/// With mutex_ held. True: a sleeper is to be told.
bool BlockingCore::push(Task* job) {
  std::optional<Reactor::OutsideWork> outside;
  if (Reactor* reactor = Reactor::current_or_null()) {
    outside.emplace(*reactor);
  } else if (here_.outside) {
    outside.emplace(*here_.outside);  // spawned by a job: for the reactor that waits for that one
  }
  queue_.push_back({job, std::move(outside)});
  try {
    return call_a_thread();
  } catch (...) {
    if (!seats_.empty()) return false;  // those that are there will come to it
    queue_.pop_back();
    throw;
  }
}

/// With mutex_ held, after each change of the queue. True: a sleeper is to be told.
bool BlockingCore::call_a_thread() {
  if (queue_.empty() || is_coming_) return false;
  if (idle_ > 0) {
    --idle_;
    told_ = is_coming_ = true;
    return true;
  }
  if (seats_.size() < options_.max_threads) start_a_thread();
  return false;
}

void BlockingCore::start_a_thread() {
  const auto seat = seats_.emplace(seats_.end());
  seat->number = started_ + 1;
  try {
    seat->thread = start_(seat);
  } catch (...) {
    seats_.erase(seat);
    throw;
  }
  ++started_;
  is_coming_ = true;
}

/// With mutex_ held. False when nothing came for so long, or the pool ends.
bool BlockingCore::sleep(Lock& lock) {
  const bool may_end = options_.keep_alive < kAYear;
  const auto until = steady_clock::now() + (may_end ? options_.keep_alive : Duration::zero());
  ++idle_;
  while (!told_ && !ended_) {
    if (!may_end) {
      told_one_.wait(lock);
    } else if (told_one_.wait_until(lock, until) == std::cv_status::timeout) {
      break;
    }
  }
  // Told in the moment in which the time was over: then it counts as told.
  if (std::exchange(told_, false)) return true;
  --idle_;
  return false;
}

// --- A thread's life ------------------------------------------------------------------------

void BlockingCore::work(Seats::iterator seat) noexcept {
  here_.core = current_ = this;
  Lock lock(mutex_);
  ::pthread_setname_np(::pthread_self(),
                       fmt::format("{} {}", options_.name, seat->number).substr(0, 15).c_str());
  do {
    is_coming_ = false;
    while (!queue_.empty()) {
      Job job = std::move(queue_.front());
      queue_.pop_front();
      seat->job = job.task->place();
      seat->since = steady_clock::now();
      bool tell = false;
      try {
        tell = call_a_thread();
      } catch (const std::exception&) {
        // No thread, or no memory for one: what is left in the queue waits for those there are.
      }
      lock.unlock();
      if (tell) told_one_.notify_one();
      run(std::move(job));
      lock.lock();
      seat->job.file = nullptr;
    }
  } while (sleep(lock));
  std::thread before = std::exchange(last_to_leave_, std::move(seat->thread));
  seats_.erase(seat);
  left_.notify_all();
  lock.unlock();
  here_.core = current_ = nullptr;
  if (before.joinable()) before.join();
}

/// One turn is all that a job has. From here on `running` is set, and a wake or an abort finds it.
void BlockingCore::run(Job job) noexcept {
  Task* const task = job.task;
  here_.outside = job.outside ? &*job.outside : nullptr;
  // `scheduled` is set and `running` is not: one addition changes both.
  const std::uint64_t old =
      state(task).fetch_add(Task::kRunning - Task::kScheduled, std::memory_order_acq_rel);
  if (!(old & Task::kCancelled)) poll(task);
  drop_future(task);
  complete(task);  // tells the joiner; the token goes after that
  here_.outside = nullptr;
}

/// Of a job that never runs.
void BlockingCore::drop(Job job) noexcept {
  state(job.task).fetch_add(Task::kRunning - Task::kScheduled, std::memory_order_acq_rel);
  drop_future(job.task);
  complete(job.task);
  job.outside.reset();  // after the joiner was told, as in run
}

// --- The end --------------------------------------------------------------------------------

std::size_t BlockingCore::shutdown(std::optional<Duration> limit) {
  if (is_mine()) {
    throw std::logic_error(
        "a blocking pool cannot end inside one of its own jobs: it would wait for that job");
  }
  const auto running = [this] {
    std::size_t count = 0;
    for (const Seat& seat : seats_) count += seat.job.file ? 1 : 0;
    return count;
  };
  std::deque<Job> not_begun;
  {
    const Lock lock(mutex_);
    if (shut_down_) return running();
    ended_ = true;
    not_begun.swap(queue_);
  }
  told_one_.notify_all();
  for (Job& job : not_begun) drop(std::move(job));

  Lock lock(mutex_);
  const auto none_runs = [&] { return running() == 0; };
  if (limit) {
    left_.wait_until(lock, steady_clock::now() + std::min(*limit, kAYear), none_runs);
  } else {
    while (!left_.wait_for(lock, std::chrono::seconds(1), none_runs)) {
      detail::say("a blocking pool ends, and waits for:" + running_jobs());
    }
  }
  shut_down_ = true;
  const std::size_t still_there = running();
  if (still_there == 0) {
    left_.wait(lock, [this] { return seats_.empty(); });  // nothing holds them up
  } else {
    detail::say("a blocking pool has ended without waiting for:" + running_jobs());
  }
  for (Seat& seat : seats_) {
    if (seat.thread.joinable()) seat.thread.detach();
  }
  std::thread last = std::move(last_to_leave_);
  lock.unlock();
  if (last.joinable()) last.join();
  return still_there;
}

// --- What it says of itself -----------------------------------------------------------------

/// With mutex_ held.
std::string BlockingCore::running_jobs() const {
  std::string text;
  int shown = 0;
  for (const Seat& seat : seats_) {
    if (!seat.job.file || ++shown > detail::kShown) continue;
    const auto seconds = std::chrono::duration<double>(steady_clock::now() - seat.since).count();
    append(text, "\n  the job spawned at {}:{}, which has run for {:.1f} s, on {} {}",
           seat.job.file, seat.job.line, seconds, options_.name, seat.number);
  }
  if (shown > detail::kShown) append(text, "\n  and {} more", shown - detail::kShown);
  return text;
}

std::string BlockingCore::describe() const {
  const Lock lock(mutex_);
  return fmt::format("{} jobs wait for a thread; at work:{}", queue_.size(), running_jobs());
}

BlockingCore::Stats BlockingCore::stats() const {
  const Lock lock(mutex_);
  return {.threads = seats_.size(), .idle = idle_, .queued = queue_.size(), .started = started_};
}

}  // namespace book
