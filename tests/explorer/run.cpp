// An exploration: one execution after the other, up to the first that fails; and that one once
// more.
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "explorer/late_stores.h"
#include "explorer/memory.h"
#include "explorer/report.h"
#include "explorer/world.h"

namespace book::explorer {
namespace {

void drop_dead(int signal) {
  if (World::watches_me()) World::get().fail(fmt::format("crashes: {}", strsignal(signal)));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void catch_crashes() {
  struct sigaction action {};
  action.sa_handler = drop_dead;
  action.sa_flags = SA_NODEFER;
  for (int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) sigaction(signal, &action, nullptr);
}

}  // namespace

void forget_mutexes();  // wraps.cpp

/// One execution, from an empty memory to the end of all threads, or to its failure.
void World::run_one(const std::function<void(Explore&)>& set_up) {
  Explore scenario;
  counts_ = true;
  set_up(scenario);
  if (threads_.empty()) throw std::logic_error("a scenario without threads");
  begin_one();
  turns_.give(running_);
  running_ = Turns::kController;

  bool all_ended = true;
  for (const Thread& thread : threads_) {
    all_ended = all_ended && thread.state == Thread::State::ended;
  }
  if (failure_.empty() && !all_ended) failure_ = who_sleeps();
  if (!all_ended) turns_.replace_all();
  if (all_ended) {
    drain_all();
    if (finally_ && failure_.empty()) finally_();
    finally_ = nullptr;
    while (!kept_.empty()) kept_.pop_back();
    for (Thread& thread : threads_) thread.body = nullptr;
  }
  counts_ = false;
  if (all_ended && failure_.empty() && !first_time_ && !allocated_.empty()) failure_ = what_leaks();
  allocated_.clear();
  if (!recording_ && failure_.empty()) end_one(true);
}

void World::begin_one() {
  Inside inside;
  shadow_.forget_all();
  forget_mutexes();
  for (int i = 0; i < thread_count(); ++i) thread(i).clock[i] = 1;
  preemptions_ = late_ = step_count_ = question_ = 0;
  turns_.hire(thread_count());
  running_ = next_thread(false);
}

void World::end_one(bool all_ended) {
  if (!all_ended) {
    // What the sleeping threads still use stays, and so do their closures.
    new std::vector<std::shared_ptr<void>>(std::move(kept_));
    new std::vector<Thread>(std::move(threads_));
    freed_.clear();
  }
  finally_ = nullptr;
  threads_.clear();
  for (void* memory : freed_) std::free(memory);
  freed_.clear();
  names_.clear();
  numbers_.clear();
}

Result World::run_all(std::string scenario, const Options& options,
                      const std::function<void(Explore&)>& set_up, const std::string& only) {
  static const bool once = (catch_crashes(), true);
  (void)once;
  Result result;
  result.scenario = std::move(scenario);
  options_ = options;
  // One execution whose steps do not count: it makes what is made once, such as local statics.
  schedule_ = Schedule();
  lottery_.reset();
  failure_.clear();
  shadow_.forget_who_shares();
  first_time_ = true;
  run_one(set_up);
  first_time_ = false;

  bool more = failure_.empty() && only.empty();
  if (more) schedule_ = Schedule();
  anew_ = false;
  int longest = step_count_;
  long tried = 0;  // with those before a word turned out to be shared
  while (more) {
    if (options_.by_lot) {
      schedule_ = Schedule();
      lottery_.emplace(options_.seed + static_cast<unsigned>(result.schedules),
                       options_.preemptions, longest);
    }
    schedule_.rewind();
    run_one(set_up);
    ++result.schedules;
    ++tried;
    longest = std::max(longest, step_count_);
    if (!failure_.empty()) break;
    if (std::exchange(anew_, false) && tried < options_.max_schedules) {
      schedule_ = Schedule();
      result.schedules = 0;
      continue;
    }
    more = options_.by_lot ? result.schedules < options_.by_lot : schedule_.next();
    if (more && !options_.by_lot && tried >= options_.max_schedules) {
      result.failure = fmt::format("more than {} schedules: not all were tried", tried);
      return result;
    }
  }
  if (failure_.empty() && only.empty()) return result;

  // Once more, with a pencil.
  result.failure = failure_;
  end_one(false);
  result.replay = only.empty() ? schedule_.text() : only;
  schedule_ = Schedule::from(result.replay);
  lottery_.reset();
  failure_.clear();
  steps_.clear();
  scripted_ = recording_ = true;
  run_one(set_up);
  scripted_ = recording_ = false;
  if (!only.empty()) {
    result.failure = failure_;
    result.schedules = 1;
  } else if (failure_ != result.failure) {
    result.failure += fmt::format(" (but the same schedule, taken again, ends otherwise: {})",
                                  failure_.empty() ? "well" : failure_);
  }
  result.report = columns(result, *this);
  end_one(failure_.empty());
  return result;
}

}  // namespace book::explorer
