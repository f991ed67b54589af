// The sink of the trace: one lock, one map from waker data to small numbers, one write a line.
// It is never in the way of the program: what goes wrong with the file is said once on stderr,
// and then the trace is off. Private to trace.cpp and trace_sink.cpp.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/trace.h"
#include "common/trace_file.h"

namespace book::trace::detail {

using Line = fmt::memory_buffer;

/// In whose course a thread does what it does: the task it polls, and the innermost event that
/// explains it, a poll+, io or timer. Zeros: of none.
struct Course {
  long task = 0;
  long event = 0;
};

/// What is known of one waker's data pointer. A dropped task's name is kept for wakers that
/// outlive it; what is spawned, polled or stored at the same address later is a new task.
struct Known {
  long number = 0;
  bool is_task = false;
  bool dropped = false;
  long scheduled_by = 0;  ///< the spawn or wake since the last poll+; later wakes changed nothing
  /// A wake that another thread had written down before the poll that an earlier wake brought
  /// about, and that may have come into effect only during it.
  long late_wake = 0;
  long late_wake_by = 0;  ///< that thread's number
  long waker_drop = 0;    ///< the last one since then: an executor may look why none is left
  Course outer;           ///< of the thread, before it began to poll this task
};

struct Sink {
  std::mutex mutex;
  TraceFile file;
  std::string path;
  std::chrono::steady_clock::time_point begin;
  unsigned run = 0;  ///< counts the traces of this process: state of an earlier one is stale
  long events = 0;
  long threads = 0;
  long names = 0;
  std::unordered_map<const void*, Known> known;
};

Sink& sink() noexcept;

/// What the sink knows of a thread.
struct ThisThread {
  unsigned run = 0;  ///< the trace it belongs to
  long number = 0;
  Course course;
  Place await;                 ///< of the next store
  Instant due{};               ///< likewise; the epoch of the clock: none
  const char* name = nullptr;  ///< of the next spawn
  char called[16] = "";        ///< the thread's own name, as the trace has said it
};
/// This thread's, made new for each trace. Under the sink's mutex.
ThisThread& this_thread(Sink& sink) noexcept;
/// The same as it stands, perhaps of an earlier trace.
ThisThread& last_known_thread() noexcept;

/// What this thread is called from now on, or null; gives what it was called before.
const char* rename_thread(const char* name) noexcept;
const char* name_of_this_thread() noexcept;

/// The entry of this address, with a number.
Known& name(Sink& sink, const void* waker);
/// Forgets what was at this address before: a new task lives there now.
Known& name_newcomer(Sink& sink, const void* waker);
/// A newcomer, if the task that was known here has been dropped.
Known& name_living(Sink& sink, const void* waker);

// Pieces of a line.
void append_text(Line& line, std::string_view key, std::string_view text);
/// Nothing for 0.
void append_number(Line& line, std::string_view key, long number);
/// Zero, too.
void append_microseconds(Line& line, std::string_view key, Duration time);
/// The virtual time of the reactor that this thread drives; nothing in real time.
void append_virtual_time(Line& line);
/// When something is due: as `vt` counts in virtual time, and else as `t` does.
void append_due(Line& line, const Sink& sink, Instant due);
/// "chapters/05_async_await/main.cpp:12".
void append_place(Line& line, Place place);
/// Who does this: the task this thread is polling, or else the thread itself.
void append_doer(Line& line, const ThisThread& thread);
/// A waker's number, and the task's when the waker is a task's own.
void append_waker(Line& line, const Known& known);

/// The number of the new event, and what every line begins with.
long begin_event(Sink& sink, ThisThread& thread, std::string_view event, Line& line);
/// Writes the line. False when that failed: the trace is off then.
bool end_event(Sink& sink, Line& line) noexcept;
void give_up(Sink& sink, const char* reason) noexcept;

/// Writes one event. `fill` appends what is special about it. Returns its number, 0 when off.
template <class Fill>
long record(std::string_view event, Fill fill) noexcept {
  Sink& s = sink();
  const std::lock_guard lock(s.mutex);
  if (!s.file.is_open()) return 0;
  try {
    ThisThread& thread = this_thread(s);
    Line line;
    const long number = begin_event(s, thread, event, line);
    fill(s, thread, line, number);
    return end_event(s, line) ? number : 0;
  } catch (const std::exception& e) {
    give_up(s, e.what());
    return 0;
  }
}

}  // namespace book::trace::detail
