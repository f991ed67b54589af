// Notify: "something has changed, look again", without a value.
//
//     for (;;) {                                    // who waits         // who changes something
//       auto changed = notify.notified();                                queue.push(job);
//       changed.enable();                           // in the queue      notify.notify_one();
//       if (auto job = try_pop(queue)) return job;  // then look
//       co_await changed;
//     }
//
// notify_one wakes the task that has waited longest. If none waits, the notification is kept, one
// of them, for the next that comes. So enable() is for where several tasks wait: two notifications
// that find none of them in the queue are kept as one. notify_all wakes all that wait, and each
// notified() that was made before it; it is not kept.
//
//     rounds:    0 ----- notify_all ----- 1 ----- notify_all ----- 2 ---->
//                 [ notified() made here: ready after the next notify_all, whenever it is polled ]
//
// A notified() knows the round in which it was made, an exception to point 1 of the contract (as
// the deadline of a sleep). So a loop of awaits gets each round once, and cannot be overtaken.
// Chapter 12 explains it.
#pragma once

#include <cstdint>
#include <utility>

#include "11_channels/wait_queue.h"
#include "12_sync/in_use.h"
#include "common/future.h"
#include "common/thread_lock.h"

namespace book {

class Notified;

/// All may be called from any thread. It must outlive the tasks that wait: else one line on stderr,
/// and std::terminate.
class Notify {
 public:
  Notify() = default;
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;
  ~Notify();

  /// Wakes the task that has waited longest, or is kept for the next that comes.
  void notify_one() { tell(Told::first); }
  /// Wakes the task that has come last, whose data may still be in the cache; or is kept.
  void notify_last() { tell(Told::last); }
  /// Wakes all that wait or have made a notified(). If there is none, nothing is kept.
  void notify_all();

  /// A future of a notification. It borrows the Notify.
  [[nodiscard]] Notified notified(int line = __builtin_LINE());

 private:
  friend class Notified;
  using Round = std::uint32_t;
  enum class Told : unsigned char { nothing, first, last };
  struct Node : detail::PlacedWaiter {
    using PlacedWaiter::PlacedWaiter;
    Told told = Told::nothing;  // by whom, if it was taken; nothing: by notify_all
  };

  void tell(Told which);
  bool was_notified(Node& node, Round made_in, Waker& dropped) noexcept;
  /// The node is to enter the queue: from here on it uses this Notify, until it is reset or gone.
  void count(const Node& node) noexcept { users_ += node.was_queued() ? 0 : 1; }

  mutable ThreadLock lock_;
  Round round_ = 0;
  std::uint32_t users_ = 0;  // those who wait, and those who were told and not polled since
  detail::Line line_;        // of the latest that was told
  bool kept_ = false;        // then no task waits
  WaitQueue queue_;
};

/// What notify.notified() gives. Dropped with a notification of notify_one that it was given, it
/// passes that on, or leaves it to be kept.
class [[nodiscard]] Notified : PinnedOncePolled {
 public:
  using Output = void;

  Notified(Notified&&) = default;
  Notified& operator=(Notified&&) = delete;
  ~Notified();

  /// Into the queue, before the first poll: what is notified from now on is for this one, too.
  /// True: it has a notification, which is used up, polled or not; the next poll is ready. From
  /// here on it must not be moved.
  bool enable();
  Poll<void> poll(Context& cx);

 private:
  friend class Notify;
  Notified(Notify& notify, Notify::Round round, detail::Line line) noexcept
      : round_(round), notify_(&notify), node_(line) {}

  bool ready_ = false;  // enable() has said so
  Notify::Round round_;
  Notify* notify_;
  Notify::Node node_;
};

}  // namespace book
