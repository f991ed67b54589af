// The explorer: runs a few threads in every order that their steps can come in, and says in which
// one they fail. README.md here explains what it sees, and what it cannot.
//
//     explore("a flag and what it announces", {}, [](Explore& e) {
//       auto& s = e.make<Shared>();                     // new for every schedule
//       e.thread("writer", [&s] { s.news = 7; s.flag.store(true, std::memory_order_release); });
//       e.thread("reader", [&s] { if (s.flag.load(std::memory_order_acquire)) check(s.news == 7,
//       "no news"); }); e.finally([&s] { check(s.flag.load(), "the flag was not raised"); });
//     });
//
// A step is an access to an atomic word, a mutex, a Parker: only there another thread comes in.
// (Plain data needs no more: a race on it is an error in itself, and found without being met.)
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace book::explorer {

struct Options {
  /// So often, in one schedule, a thread is stopped though it could go on.
  int preemptions = 2;
  /// So many stores, in one schedule, wait in their processor's buffer while the thread goes on:
  /// what x86 does, and std::memory_order_seq_cst forbids.
  int late_stores = 2;
  /// A thread may have to wait until another one gives a mutex back. Where none is to wait, say no.
  bool may_wait = true;
  /// A schedule with more steps does not end.
  int max_steps = 2000;
  /// More schedules are an error: make the scenario smaller, or draw by lot.
  long max_schedules = 300'000;
  /// A wait with a limit ends when nothing else can happen. If not, it never does: a scenario that
  /// must not need a limit.
  bool limits_end = true;
  /// Not all, but so many schedules by lot (PCT; see schedule.h), with so many preemptions each.
  long by_lot = 0;
  unsigned seed = 1;
};

struct Result {
  std::string scenario;
  long schedules = 0;
  std::string failure;  ///< empty: no schedule fails
  std::string replay;   ///< the one that does: Schedule::from
  std::string report;   ///< it, step by step, in columns
  bool passed() const { return failure.empty(); }
};

/// One scenario, set up anew for each schedule.
class Explore {
 public:
  /// At most kMaxThreads of them.
  void thread(const std::string& name, std::function<void()> body);
  /// Runs when all threads have ended.
  void finally(std::function<void()> check);
  /// An object that lives until after finally().
  template <class T, class... Args>
  T& make(Args&&... args) {
    auto owner = std::make_shared<T>(std::forward<Args>(args)...);
    T& made = *owner;
    keep(std::move(owner));
    return made;
  }
  /// What reports call this object, and the words in it.
  template <class T>
  void name(const T& object, const std::string& name) {
    name_range(&object, sizeof(T), name);
  }

 private:
  void keep(std::shared_ptr<void> owner);
  void name_range(const void* begin, std::size_t size, const std::string& name);
};

/// All schedules within the bounds, or up to the first that fails.
Result explore(std::string scenario, const Options& options,
               const std::function<void(Explore&)>& set_up);
/// One schedule, with its report.
Result replay(std::string scenario, const Options& options, const std::string& schedule,
              const std::function<void(Explore&)>& set_up);

/// In a thread or in finally(): this schedule fails unless `ok`.
void check(bool ok, std::string_view what);

/// A thread sleeps in park() until another unparks it; an unpark that comes first is kept. To park
/// is to let all others go on.
class Parker {
 public:
  Parker() = default;
  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;
  void park();
  void unpark();

 private:
  bool token_ = false;
};

/// Lets all others go on, if they can.
void yield();

}  // namespace book::explorer
