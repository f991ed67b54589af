#include "explorer/world.h"

#include <fmt/format.h>
#include <sched.h>

#include <array>
#include <exception>
#include <utility>

namespace book::explorer {

namespace {

/// Threads that take turns are quicker on one processor: where the system has put us.
void stay_on_one_processor() {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &here);
  ::sched_setaffinity(0, sizeof here, &here);
}

}  // namespace

World::World() { stay_on_one_processor(); }

World& World::get() {
  static World& world = *new World;  // threads sleep on it to the process's end
  return world;
}

bool World::watches_me() {
  return seat_ != Turns::kController && !inside_ && seat_ == get().running_;
}

bool World::is_on_my_stack(const void* address) {
  const auto* place = static_cast<const char*>(address);
  return place <= stack_begins_ && place >= static_cast<const char*>(__builtin_frame_address(0));
}

int World::run_thread(int number) {
  World& world = get();
  seat_ = number;
  stack_begins_ = static_cast<const char*>(__builtin_frame_address(0));
  std::string thrown;
  try {
    world.thread(number).body();
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "something that is no std::exception";
  }
  Inside inside;
  if (!thrown.empty()) world.fail("a thread ended in an exception: " + thrown);
  world.me().state = Thread::State::ended;
  const int next = world.next_thread(false);
  world.running_ = next;
  return next;
}

int World::choose(int ways) {
  Inside inside;
  return schedule_.choose(question_++, ways, lottery_ ? lottery_->any(ways) : 0);
}

/// Who makes the next step. A thread that can go on is stopped only within the bound; one that
/// sleeps, ends or yields makes room for free, first of all for those that have not yielded.
int World::next_thread(bool can_go_on) {
  ready_.clear();
  const auto add = [&](bool yielded_too) {
    for (int i = 0; i < thread_count(); ++i) {
      const Thread& candidate = thread(i);
      if (candidate.state != Thread::State::ready || (can_go_on && i == running_)) continue;
      if (yielded_too || !candidate.yielded) ready_.push_back(i);
    }
  };
  if (can_go_on) {
    ready_.push_back(running_);
    if (lottery_ || scripted_ || preemptions_ < options_.preemptions) add(true);
  } else {
    add(false);
    if (ready_.empty()) {
      for (Thread& other : threads_) other.yielded = false;
      add(true);
    }
  }
  if (ready_.empty()) {
    for (Thread& other : threads_) {  // nothing else can happen: time passes
      if (other.state != Thread::State::asleep || !other.timed) continue;
      other.state = Thread::State::ready;
      return static_cast<int>(&other - threads_.data());
    }
    return Turns::kController;
  }
  const int ways = static_cast<int>(ready_.size());
  const int answer = schedule_.choose(question_++, ways, lottery_ ? lottery_->draw(ready_) : 0);
  if (can_go_on && answer != 0) ++preemptions_;
  const int next = ready_[static_cast<std::size_t>(answer)];
  thread(next).yielded = false;
  return next;
}

void World::hand_over(int to) {
  const int from = running_;
  if (from == to) return;
  running_ = to;
  inside_ = false;
  turns_.pass(from, to);
  inside_ = true;
}

void World::count_step() {
  if (++step_count_ <= options_.max_steps) return;
  fail(fmt::format("does not end: more than {} steps", options_.max_steps));
}

void World::point() {
  Inside inside;
  count_step();
  // The thread was named just now: that nothing comes before its first step is another schedule.
  if (std::exchange(me().fresh, false)) return skip_question();
  hand_over(next_thread(true));
}

bool World::point_at(const void* word, bool changes, bool fences) {
  bool shared = false;
  {
    Inside inside;
    const auto address = reinterpret_cast<std::uintptr_t>(word);
    // Who wrote a schedule down knew all words that turned out to be shared: then each may be one.
    shared = shadow_.is_shared(address, running_, changes, anew_) || scripted_;
    if (!shared && !(fences && !me().late.empty())) {
      count_step();
      me().fresh = false;
      skip_question();
      return false;
    }
  }
  point();
  return shared;
}

void World::yield() {
  Inside inside;
  count_step();
  Thread& self = me();
  self.fresh = false;
  if (self.insists > 0 && --self.insists > 0) return;
  // The others may be slow: for the price of one preemption this thread spins as long as it likes
  // to. (A loop without an end comes back to them.)
  const bool may = (scripted_ || preemptions_ < options_.preemptions) && others_are_ready();
  if (choose(may ? 2 : 1) == 1) {
    ++preemptions_;
    self.insists = 100;
    return;
  }
  self.yielded = true;
  if (lottery_) lottery_->demote(running_);
  hand_over(next_thread(false));
}

bool World::others_are_ready() const {
  for (const Thread& thread : threads_) {
    if (thread.state == Thread::State::ready &&
        &thread != &threads_[static_cast<std::size_t>(running_)])
      return true;
  }
  return false;
}

void World::sleep(const void* on, const char* what, bool timed) {
  Inside inside;
  Thread& self = me();
  self.state = Thread::State::asleep;
  self.waits_on = on;
  self.waits_for = what;
  self.timed = timed && options_.limits_end;
  const int next = next_thread(false);
  if (next == Turns::kController) fail(who_sleeps());
  hand_over(next);
  self.waits_on = nullptr;
}

bool World::wake_one(const void* on) {
  std::array<Thread*, kMaxThreads> sleepers{};
  int count = 0;
  for (Thread& thread : threads_) {
    if (thread.state == Thread::State::asleep && thread.waits_on == on) {
      sleepers[static_cast<std::size_t>(count++)] = &thread;
    }
  }
  if (count == 0) return false;
  Thread& woken = *sleepers[static_cast<std::size_t>(choose(count))];
  woken.state = Thread::State::ready;
  woken.waits_on = nullptr;
  return true;
}

void World::wake_all(const void* on) {
  for (Thread& thread : threads_) {
    if (thread.state != Thread::State::asleep || thread.waits_on != on) continue;
    thread.state = Thread::State::ready;
    thread.waits_on = nullptr;
  }
}

std::string World::who_sleeps() const {
  std::string text = "asleep forever:";
  for (const Thread& thread : threads_) {
    if (thread.state != Thread::State::asleep) continue;
    text += fmt::format("{} {} {}", text.back() == ':' ? "" : ",", thread.name, thread.waits_for);
  }
  return text;
}

void World::fail(std::string what) {
  inside_ = true;
  failure_ = std::move(what);
  const int from = std::exchange(running_, Turns::kController);
  inside_ = false;
  turns_.leave(from);
}

void World::fail_unless_running(std::string what) {
  if (running_ != Turns::kController) fail(std::move(what));
  if (failure_.empty()) failure_ = std::move(what);
}

}  // namespace book::explorer
