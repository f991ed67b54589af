// World: one execution of a scenario. Which thread runs, which one sleeps and for what, who goes on
// at each step. Not for subjects: these see explorer.h, and the compiler's calls (hooks.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "explorer/clocks.h"
#include "explorer/explorer.h"
#include "explorer/schedule.h"
#include "explorer/shadow.h"
#include "explorer/turns.h"

namespace book::explorer {

/// A store that its thread has made and no other can see yet.
struct LateStore {
  void* word;
  int size;
  std::uint64_t value;
  Clock published;
  std::uint32_t pc;
};

struct Thread {
  std::string name;
  std::function<void()> body;
  enum class State { ready, asleep, ended } state = State::ready;
  bool fresh = true;     // has made no step yet
  bool yielded = false;  // let the others go first
  int insists = 0;       // so many of its next yields are for nothing
  Clock clock;
  std::vector<LateStore> late;
  const void* waits_on = nullptr;
  const char* waits_for = "";
  bool timed = false;  // its sleep ends by itself when nothing else can happen
  // To see that it spins:
  const void* looked_at = nullptr;
  std::uint64_t saw = 0;
  int looks = 0;
};

/// What the report shows. Recorded only when a schedule is taken for the second time.
struct Step {
  int thread;
  std::string what;
  const void* word;
  std::vector<std::uint32_t> calls;
  std::string after;  // " 0 -> 1"
  bool always;        // shown even if no other thread touches the word
};

class World {
 public:
  World();
  static World& get();
  /// The caller is an explored thread, and not inside the explorer.
  static bool watches_me();

  Result run_all(std::string scenario, const Options& options,
                 const std::function<void(Explore&)>& set_up, const std::string& only);

  // For the running thread:
  Thread& me() { return threads_[static_cast<std::size_t>(running_)]; }
  int my_number() const { return running_; }
  /// A step begins: others may come first.
  void point();
  /// The same for a step that touches one word, and empties the store buffer if it `fences`. False
  /// when no other thread can tell when it is made: then none comes first.
  bool point_at(const void* word, bool changes, bool fences);
  /// A step begins that has nothing to do but to wait: all others may come first.
  void yield();
  /// Until wake(): `what` is "waits for ...".
  void sleep(const void* on, const char* what, bool timed = false);
  /// Any one of those that sleep on it: false when none does.
  bool wake_one(const void* on);
  void wake_all(const void* on);
  [[noreturn]] void fail(std::string what);
  void fail_unless_running(std::string what);
  int choose(int ways);
  void note(const char* what, const void* word, std::uint32_t pc, std::string after = "",
            bool always = true);

  static bool is_on_my_stack(const void* address);

  bool recording() const { return recording_; }
  bool may_wait() const { return options_.may_wait; }
  bool may_be_late() const { return late_ < options_.late_stores; }
  void skip_question() { ++question_; }
  void count_late() { ++late_; }
  Thread& thread(int number) { return threads_[static_cast<std::size_t>(number)]; }
  int thread_count() const { return static_cast<int>(threads_.size()); }
  Shadow& shadow() { return shadow_; }
  /// Memory that a scenario allocates is to be freed when it ends.
  static bool counts_mine() { return counts_ && !inside_ && seat_ == get().running_; }
  void allocated(void* memory, std::uint32_t pc);
  static void freed(void* memory);
  void keep_until_end(void* freed) { freed_.push_back(freed); }
  /// What the scenario calls it; without a name a number, or nothing.
  std::string name_of(const void* word, bool or_number = true);
  const std::vector<Step>& steps() const { return steps_; }

  /// While one lives, what the running thread does is the explorer's own business.
  class Inside {
   public:
    Inside() : before_(inside_) { inside_ = true; }
    ~Inside() { inside_ = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    bool before_;
  };

 private:
  friend class Explore;
  struct Named {
    const char* begin;
    std::size_t size;
    std::string name;
  };

  void run_one(const std::function<void(Explore&)>& set_up);
  void begin_one();
  void end_one(bool all_ended);
  static int run_thread(int number);
  int next_thread(bool can_go_on);
  void count_step();
  bool others_are_ready() const;
  void hand_over(int to);
  std::string who_sleeps() const;
  std::string what_leaks() const;

  inline static bool inside_ = false;
  inline static bool counts_ = false;  // what is allocated and freed
  inline static thread_local int seat_ = Turns::kController;
  inline static thread_local const char* stack_begins_ = nullptr;

  Options options_;
  Schedule schedule_;
  std::optional<Lottery> lottery_;
  Turns turns_{&World::run_thread};
  Shadow shadow_;

  std::vector<Thread> threads_;
  std::vector<int> ready_;  // next_thread's
  std::function<void()> finally_;
  std::vector<std::shared_ptr<void>> kept_;
  std::vector<void*> freed_;
  std::unordered_map<void*, std::vector<std::uint32_t>> allocated_;
  std::vector<Named> names_;
  std::unordered_map<const void*, int> numbers_;  // of words without a name
  std::vector<Step> steps_;
  bool anew_ = false;  // a word turned out to be shared: what was tried is not all
  int running_ = Turns::kController;
  int preemptions_ = 0;
  int late_ = 0;
  int step_count_ = 0;
  int question_ = 0;
  bool scripted_ = false;
  bool recording_ = false;
  bool first_time_ = false;  // what is made once is no leak
  std::string failure_;
};

}  // namespace book::explorer
