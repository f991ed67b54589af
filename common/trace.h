// The trace: what really happened, event by event, as JSON lines.
//
// Off, an event costs one predictable branch. On, each event is one line and one write, so that a
// program that dies keeps its trace. `make wake` shows one as a page.
//
//     spawn  poll+  poll-  store  wclone  wdrop  wake  timer  io  drop  idle  cut
//     steal  park  unpark: of a thread pool (chapter 15)
//
//     {"n":7,"t":912,"th":1,"e":"wake","k":2,"w":2,"by":"thread 1","up":1,"c":6}
//
//     n   the event's number, from 1                k   the task, a small number
//     t   microseconds since the trace began        w   the waker: its task's number, or its own
//     th  the thread, a small number                by  who does it: "task 2" or "thread 1"
//     e   one of the above                          c   the number of the event that caused it
//     is  of a poll-: pending, ready or threw       l   file:line of a spawn or an await
//     vt  of poll+, timer, idle: virtual            why what is waited for, or what became ready
//         microseconds, under --virtual-time        up  1: this wake uses its waker up
//     due of a store: the deadline, as t or,        name  of a spawn, if the program gave one
//         under --virtual-time, as vt           tn  what the thread is called: on its first line,
//     from  of a steal: out of whose queue              and when that has changed; "": no more
//
// Several threads write into one file: a line's number and the line are one step under a lock, so
// the lines stand in the order of their numbers, each whole.
//
// Who holds a waker: one more after each wclone, one less after each wdrop and each wake with `up`.
//
// A long run does not fill the disk: the file keeps its first and its last events, and a line
// {"n":5000,"e":"cut","from":3001} between them says which are missing. A reader skips the events
// and the fields that it does not know.
//
// The sink follows causes by itself: a poll+ names the wake that brought it about (or the spawn; or
// the drop of its waker, when the task is only looked at because nothing could wake it any more), a
// wake names the io or timer event, or the poll+ of the task, in whose course it came.
// chapters/04_io_executor/README.md shows how to read one.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "common/clock.h"

namespace book {

/// A line of source: where a task was spawned, or where it awaits.
struct Place {
  const char* file = "";
  int line = 0;
};

namespace trace {

namespace detail {
inline std::atomic<bool> on{false};
}

inline bool enabled() noexcept { return detail::on.load(std::memory_order_relaxed); }

/// How much of a long trace its file keeps, in bytes: so much from the beginning, and at least so
/// much before the end. (A pipe, or a file that is stdout too, gets all of it.)
struct Kept {
  std::size_t first = 4u << 20;
  std::size_t last = 4u << 20;
};

/// Starts to write events to `path`, after a header line with `title`.
/// Throws std::system_error when the file cannot be written.
void start(const std::string& path, const std::string& title, Kept kept = {});
/// Ends the trace and closes its file. Does nothing when none is on.
void stop() noexcept;

// The events. A task is named by the data pointer of its waker, from spawn to drop. Off, each of
// them is one look and one predictable branch, here, at the place of the call.

enum class Outcome { pending, ready, threw };

namespace detail {
void spawn(const void* task, Place place) noexcept;
void poll_begin(const void* task) noexcept;
void poll_end(const void* task, Outcome outcome) noexcept;
void store(const void* task, const char* why, int number) noexcept;
void await_at(Place place) noexcept;
void due_at(Instant deadline) noexcept;
void name_next(const char* name) noexcept;
void waker_clone(const void* task) noexcept;
void waker_drop(const void* task) noexcept;
void wake(const void* task, bool used_up) noexcept;
void drop(const void* task) noexcept;
void idle(int timers, int descriptors) noexcept;
void steal(const void* task, const char* from) noexcept;
void park() noexcept;
void unpark() noexcept;
}  // namespace detail

inline void spawn(const void* task, Place place) noexcept {
  if (enabled()) [[unlikely]]
    detail::spawn(task, place);
}
inline void poll_begin(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::poll_begin(task);
}
inline void poll_end(const void* task, Outcome outcome) noexcept {
  if (enabled()) [[unlikely]]
    detail::poll_end(task, outcome);
}
inline void store(const void* task, const char* why, int number) noexcept {
  if (enabled()) [[unlikely]]
    detail::store(task, why, number);
}
/// Where the running task awaits; the next `store` of this thread carries it.
inline void await_at(Place place) noexcept {
  if (enabled()) [[unlikely]]
    detail::await_at(place);
}
/// When the timer fires that the running task has just armed; the same `store` carries it.
inline void due_at(Instant deadline) noexcept {
  if (enabled()) [[unlikely]]
    detail::due_at(deadline);
}
/// What the next task that this thread spawns is called in the trace. The text must outlive that
/// spawn.
inline void name_next(const char* name) noexcept {
  if (enabled()) [[unlikely]]
    detail::name_next(name);
}
inline void waker_clone(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::waker_clone(task);
}
inline void waker_drop(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::waker_drop(task);
}
/// A wake through a waker that stays: wake_by_ref.
inline void wake(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::wake(task, false);
}
/// A wake that uses its waker up: no `waker_drop` follows.
inline void wake_by_value(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::wake(task, true);
}
inline void drop(const void* task) noexcept {
  if (enabled()) [[unlikely]]
    detail::drop(task);
}
/// Nothing is ready: the loop is about to wait for this many timers and descriptors.
inline void idle(std::size_t timers, std::size_t descriptors) noexcept {
  if (enabled()) [[unlikely]]
    detail::idle(static_cast<int>(timers), static_cast<int>(descriptors));
}

/// This worker has taken `task` out of the queue of the one called `from`, and polls it next. (It
/// takes half of that queue: the others come after it.)
inline void steal(const void* task, const char* from) noexcept {
  if (enabled()) [[unlikely]]
    detail::steal(task, from);
}
/// This worker has nothing to do, and sleeps; it is up again.
inline void park() noexcept {
  if (enabled()) [[unlikely]]
    detail::park();
}
inline void unpark() noexcept {
  if (enabled()) [[unlikely]]
    detail::unpark();
}

/// While one of these lives, this thread is called so in the traces: the next line that it writes
/// says it. The text must live as long; 15 characters of it count.
class ThreadName {
 public:
  explicit ThreadName(const char* name) noexcept;
  ThreadName(const ThreadName&) = delete;
  ThreadName& operator=(const ThreadName&) = delete;
  ~ThreadName();

 private:
  const char* outer_;
};

/// What this thread is called: "worker 2"; empty when it has no name.
const char* thread_name() noexcept;

/// While one of these lives, the wakes of this thread name it as their cause.
class Cause {
 public:
  /// An io event: the system says that `fd` is ready.
  static Cause io(int fd, bool readable, bool writable) noexcept;
  /// A timer event: a deadline has passed, and `task` is the data of the waker that it fires.
  static Cause timer(const void* task = nullptr) noexcept;
  /// Nothing traced: what io() and timer() give when the trace is off.
  Cause() noexcept = default;
  Cause(Cause&&) = delete;
  ~Cause();

 private:
  explicit Cause(long event) noexcept;
  bool active_ = false;
  unsigned run_ = 0;  ///< the trace it belongs to
  long previous_ = 0;
};

/// Does what an io event, or a timer event, brings about; its wakes name the event.
template <class Action>
void caused_by_io(int fd, bool readable, bool writable, Action action) {
  if (!enabled()) [[likely]]
    return action();
  const Cause cause = Cause::io(fd, readable, writable);
  action();
}
template <class Action>
void caused_by_timer(const void* task, Action action) {
  if (!enabled()) [[likely]]
    return action();
  const Cause cause = Cause::timer(task);
  action();
}

}  // namespace trace
}  // namespace book
