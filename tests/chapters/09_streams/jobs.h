// Jobs: futures that end when a test says so, and how many of them are under way.
//
//     Jobs jobs;
//     auto stream = iter({1, 2, 3}) | map([&](int n) { return jobs.begin(n); }) | buffered(2);
//     ... poll ...    jobs.running() == 2
//     jobs.finish(2);
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "common/future.h"
#include "support/drop_counter.h"

namespace book::test {

class Jobs {
  struct State {
    struct One {
      bool done = false;
      bool fails = false;
      int polls = 0;
      Waker waker{};
    };
    std::map<int, One> jobs;
    int running = 0;
    int most = 0;
    int begun = 0;
  };

 public:
  /// Runs from its first poll until it is finished or dropped. Its output is its number.
  class Job : PinnedOncePolled {
   public:
    using Output = int;
    Job(std::shared_ptr<State> state, int number) : state_(std::move(state)), number_(number) {}
    Job(Job&&) = default;
    ~Job() {
      if (!state_) return;
      state_->jobs[number_].waker = Waker();
      if (pin_.was_polled() && !over_) --state_->running;
    }

    Poll<int> poll(Context& cx) {
      const bool first = pin_.is_fresh();
      pin_.enter();
      State::One& job = state_->jobs[number_];
      ++job.polls;
      if (first) {
        ++state_->begun;
        state_->most = std::max(state_->most, ++state_->running);
      }
      if (!job.done && !job.fails) {
        cx.store(job.waker, "a job", number_);
        return pin_.pending();
      }
      over_ = true;
      --state_->running;
      if (job.fails) throw std::runtime_error("job " + std::to_string(number_) + " failed");
      return number_;
    }

   private:
    std::shared_ptr<State> state_;
    int number_;
    bool over_ = false;
  };

  Job begin(int number) const { return Job(state_, number); }
  void finish(int number) const {
    state_->jobs[number].done = true;
    std::exchange(state_->jobs[number].waker, {}).wake();
  }
  void fail(int number) const {
    state_->jobs[number].fails = true;
    std::exchange(state_->jobs[number].waker, {}).wake();
  }

  int running() const { return state_->running; }
  int most() const { return state_->most; }    ///< the most that ran at the same time
  int begun() const { return state_->begun; }  ///< all that ever ran
  int polls(int number) const { return state_->jobs[number].polls; }

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace book::test
