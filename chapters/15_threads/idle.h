// Idle: which workers have nothing to do, how they sleep, and who is woken when there is work.
//
//                  no work                  found nothing, anywhere
//      working -----------> searching ---------------------------> asleep, as one of
//         ^                     |                                      driver   in the reactor
//         +---- found work -----+ <----- woken: there is work ----     deputy   10 ms at most
//                                                                      plain    until woken
//
// **The two looks.** A worker that has work to give away queues it and then reads `word_`: is there
// a sleeper, and does no worker search? Only then it wakes one. A worker that goes to sleep counts
// itself as asleep in `word_` and then looks at all queues once more. Queueing, counting and both
// looks are in one order for all threads (seq_cst), so at least one of the two notices the other.
// The same holds for a searcher that finds work: it leaves the count of searchers, then looks
// whether there is more, and wakes the next one. So while a worker searches, no other has to be
// woken for what it will find, and each wake brings the next: a chain, no herd. (The chain is for
// speed: without it the deputy, who looks at the queues too, would find the rest some 10 ms later.)
//
// **The deputy.** One worker at a time waits in the reactor: the driver. When an event comes, it
// leaves the reactor to poll tasks; if that takes long, no thread would hear of further events. So
// one of the other sleepers, the deputy, looks every 10 ms whether the reactor has a driver, and
// takes its place if not. When all workers sleep, and no driver has left between two looks, it
// sleeps until it is told: it writes Deputy::forever, and then reads the count of turns once more.
// A driver that leaves counts a turn, and then reads the deputy's word. Again two looks, in one
// order.
//
// **The watch.** What a worker has in its slot (worker.h) is polled next, a moment from now, and
// wakes no other. Unless the poll that is under way is a long one. So, while a worker is awake, one
// that sleeps does so for 10 ms at most, looks whether what lies in a slot still lies there and its
// worker has not begun a poll since the last look, and takes it then. That is the deputy, or else
// the driver. When the one that watches gets up, it hands the watch on. When all sleep, the watch
// ends: an idle pool makes no system call. The worker that is woken then finds `watched_` unset
// when it fills its slot, and starts it again. Who is awake, and how each of the others sleeps, is
// decided under one mutex: so no order of other words matters here.
//
// **Invariants**: while workers sleep, one of them is the driver, or one of them is the deputy.
// While a worker is awake that has filled its slot, one that sleeps has a limit.
//
// **Thread safety**: each function says which thread it is for; wake_one and wake: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "15_threads/parker.h"
#include "common/clock.h"
#include "common/reactor/reactor.h"

namespace book {

class Idle {
 public:
  /// `patience`: how long the deputy sleeps between two looks.
  Idle(unsigned workers, Reactor& reactor, Duration patience);

  /// A worker comes, awake, or goes, awake. On its thread.
  void enter(unsigned worker) noexcept;
  void leave(unsigned worker) noexcept;

  /// Counts this worker among the searchers, unless half of all search already.
  bool begin_search() noexcept;
  /// True when it was the last one that searched.
  bool end_search() noexcept { return searching(word_.fetch_sub(1)) == 1; }

  /// There is work in a queue: wakes a sleeper, unless a worker searches already.
  void wake_one() noexcept {
    const std::uint32_t word = word_.load();
    if (searching(word) == 0 && asleep(word) != 0) [[unlikely]]
      wake_one_of_them();
  }
  /// This worker has filled its slot: sees to it that a sleeper watches it.
  void watch() noexcept {
    if (asleep(word_.load(std::memory_order_relaxed)) != 0 &&
        !watched_.load(std::memory_order_relaxed)) [[unlikely]] {
      start_watch();
    }
  }
  /// Wakes this worker if it sleeps: there is something that only it can do.
  void wake(unsigned worker) noexcept;
  void wake_all() noexcept;

  /// What park() asks the worker, and tells it.
  class Sleeper {
   public:
    /// Is there anything to do? The second look.
    virtual bool has_work() noexcept = 0;
    /// No worker of the pool is awake, and nothing is waited for that could wake one. The thread is
    /// the next driver's.
    virtual void all_asleep() = 0;
    /// Does a worker not come back to what lies in its slot? A look at the slots.
    virtual bool sees_stuck_task() noexcept = 0;
    /// Waits in the reactor; with a limit, so long at most.
    virtual void drive(std::optional<Duration> limit) = 0;

   protected:
    ~Sleeper() = default;
  };
  /// Sleeps until there may be something to do. `is_searching`: as begin_search() said; true is
  /// returned when another worker has woken this one, which then counts as a searcher.
  bool park(unsigned worker, bool is_searching, Sleeper& sleeper);

  /// The reactor is for one thread at a time. True: this one has it, until leave_reactor().
  bool take_reactor() noexcept { return !driven_.load() && !driven_.exchange(true); }
  void leave_reactor() noexcept;

 private:
  enum class State : unsigned char { absent, awake, asleep };
  enum class Way : unsigned char { plain, deputy, driver };
  enum class Deputy : unsigned char { none, looks, forever };

  /// A worker, as the others see it.
  struct Entry {
    std::atomic<State> state{State::absent};  // written under mutex_
    Way way = Way::plain;                     // guarded by mutex_
    Parker parker;
  };

  static constexpr std::uint32_t kOneAsleep = 1u << 16;
  static std::uint32_t searching(std::uint32_t word) noexcept { return word & 0xffff; }
  static std::uint32_t asleep(std::uint32_t word) noexcept { return word >> 16; }

  void wake_one_of_them() noexcept;
  void start_watch() noexcept;
  // With mutex_ held.
  void rouse(unsigned worker) noexcept;
  void appoint_deputy() noexcept;
  void let_driver_watch() noexcept;
  void become_driver(unsigned worker, bool watches) noexcept;
  void set_deputy(Deputy deputy) noexcept;
  void set_driver_watches(bool watches) noexcept;
  bool all_sleep() const noexcept { return asleep(word_.load()) == present_; }
  /// After its sleep: counted as awake from now on. True: as a searcher, by the one who woke it.
  bool rise(unsigned worker) noexcept;
  void sleep_plain(unsigned worker, Sleeper& sleeper);
  void drive(unsigned worker, Sleeper& sleeper);

  const unsigned workers_;
  const Duration patience_;
  Reactor& reactor_;
  std::unique_ptr<Entry[]> entries_;
  std::mutex mutex_;
  unsigned present_ = 0;                            // guarded by mutex_
  unsigned deputy_number_ = 0;                      // guarded by mutex_
  unsigned driver_number_ = 0;                      // the last one; guarded by mutex_
  bool driver_watches_ = false;                     // guarded by mutex_
  alignas(64) std::atomic<std::uint32_t> word_{0};  // asleep << 16 | searching
  alignas(64) std::atomic<bool> driven_{false};
  std::atomic<std::uint32_t> turns_{0};       // of all drivers: each counts one when it leaves
  std::atomic<Deputy> deputy_{Deputy::none};  // written under mutex_
  std::atomic<bool> watched_{false};          // written under mutex_
};

}  // namespace book
