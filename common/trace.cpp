// The events, and what each of them writes down. trace_sink.h has the file, the names and the lock.
#include "common/trace.h"

#include <utility>

#include "common/trace_sink.h"

namespace book::trace {
namespace detail {

void spawn(const void* task, Place place) noexcept {
  record("spawn", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name_newcomer(s, task);
    known.is_task = true;
    known.scheduled_by = number;
    append_number(line, "k", known.number);
    append_doer(line, thread);
    append_place(line, place);
    if (const char* name = std::exchange(thread.name, nullptr)) append_text(line, "name", name);
  });
}

void poll_begin(const void* task) noexcept {
  record("poll+", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name_living(s, task);
    known.is_task = true;
    append_number(line, "k", known.number);
    long cause = known.scheduled_by != 0 ? known.scheduled_by : known.waker_drop;
    if (cause == 0 && known.late_wake_by != thread.number)
      cause = std::exchange(known.late_wake, 0);
    append_number(line, "c", cause);
    append_virtual_time(line);
    known.scheduled_by = known.waker_drop = 0;
    known.outer = std::exchange(thread.course, Course{known.number, number});
  });
}

void poll_end(const void* task, Outcome outcome) noexcept {
  record("poll-", [&](Sink& s, ThisThread& thread, Line& line, long) {
    Known& known = name(s, task);
    known.is_task = true;
    append_number(line, "k", known.number);
    append_text(line, "is",
                outcome == Outcome::pending ? "pending"
                : outcome == Outcome::ready ? "ready"
                                            : "threw");
    if (thread.course.task == known.number) thread.course = known.outer;
    thread.await = Place{};
    thread.due = Instant{};
  });
}

void store(const void* task, const char* why, int number) noexcept {
  record("store", [&](Sink& s, ThisThread& thread, Line& line, long) {
    append_waker(line, name_living(s, task));
    append_place(line, std::exchange(thread.await, Place{}));
    append_text(line, "why", number < 0 ? std::string(why) : fmt::format("{} {}", why, number));
    append_due(line, s, std::exchange(thread.due, Instant{}));
  });
}

void await_at(Place place) noexcept {
  Sink& s = sink();
  const std::lock_guard lock(s.mutex);
  if (s.file.is_open()) this_thread(s).await = place;
}

void due_at(Instant deadline) noexcept {
  Sink& s = sink();
  const std::lock_guard lock(s.mutex);
  if (s.file.is_open()) this_thread(s).due = deadline;
}

void name_next(const char* name) noexcept {
  Sink& s = sink();
  const std::lock_guard lock(s.mutex);
  if (s.file.is_open()) this_thread(s).name = name;
}

void waker_clone(const void* task) noexcept {
  record("wclone", [&](Sink& s, ThisThread& thread, Line& line, long) {
    append_waker(line, name(s, task));
    append_doer(line, thread);
  });
}

void waker_drop(const void* task) noexcept {
  record("wdrop", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name(s, task);
    known.waker_drop = number;
    append_waker(line, known);
    append_doer(line, thread);
  });
}

void wake(const void* task, bool used_up) noexcept {
  record("wake", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name(s, task);
    if (known.scheduled_by == 0) {
      known.scheduled_by = number;
    } else {
      known.late_wake = number;
      known.late_wake_by = thread.number;
    }
    append_waker(line, known);
    append_doer(line, thread);
    append_number(line, "up", used_up ? 1 : 0);
    append_number(line, "c", thread.course.event);
  });
}

void drop(const void* task) noexcept {
  record("drop", [&](Sink& s, ThisThread& thread, Line& line, long) {
    Known& known = name(s, task);
    known.is_task = true;
    known.dropped = true;
    append_number(line, "k", known.number);
    append_doer(line, thread);
  });
}

void idle(int timers, int descriptors) noexcept {
  record("idle", [&](Sink&, ThisThread&, Line& line, long) {
    append_text(line, "why", fmt::format("timers {}, descriptors {}", timers, descriptors));
    append_virtual_time(line);
  });
}

void steal(const void* task, const char* from) noexcept {
  record("steal", [&](Sink& s, ThisThread&, Line& line, long) {
    Known& known = name(s, task);
    known.is_task = true;
    append_number(line, "k", known.number);
    append_text(line, "from", from);
  });
}

void park() noexcept {
  record("park", [](Sink&, ThisThread&, Line&, long) {});
}
void unpark() noexcept {
  record("unpark", [](Sink&, ThisThread&, Line&, long) {});
}

}  // namespace detail

using detail::Line;
using detail::Sink;
using detail::ThisThread;

ThreadName::ThreadName(const char* name) noexcept : outer_(detail::rename_thread(name)) {}
ThreadName::~ThreadName() { detail::rename_thread(outer_); }

const char* thread_name() noexcept {
  const char* const name = detail::name_of_this_thread();
  return name ? name : "";
}

Cause::Cause(long event) noexcept {
  if (event == 0) return;
  active_ = true;
  run_ = detail::last_known_thread().run;
  previous_ = std::exchange(detail::last_known_thread().course.event, event);
}

Cause::~Cause() {
  if (active_ && run_ == detail::last_known_thread().run)
    detail::last_known_thread().course.event = previous_;
}

Cause Cause::io(int fd, bool readable, bool writable) noexcept {
  if (!enabled()) return Cause();
  return Cause(detail::record("io", [&](Sink&, ThisThread&, Line& line, long) {
    detail::append_text(line, "why",
                        fmt::format("fd {} {}{}{}", fd, readable ? "readable" : "",
                                    readable && writable ? ", " : "", writable ? "writable" : ""));
  }));
}

Cause Cause::timer(const void* task) noexcept {
  if (!enabled()) return Cause();
  return Cause(detail::record("timer", [&](Sink& s, ThisThread&, Line& line, long) {
    if (task) detail::append_waker(line, detail::name(s, task));
    detail::append_virtual_time(line);
  }));
}

}  // namespace book::trace
