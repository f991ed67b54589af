// The sink of the trace: one lock, one map from waker data to small numbers, one write a line.
// It is never in the way of the program: what goes wrong with the file is said once on stderr,
// and then the trace is off.
#include "common/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iterator>
#include <mutex>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace book::trace {
namespace {

using Line = fmt::memory_buffer;
using SteadyClock = std::chrono::steady_clock;

/// In whose course a thread does what it does: the task it polls, and the innermost event that
/// explains it, a poll+, io or timer. Zeros: nobody's.
struct Course {
  long task = 0;
  long event = 0;
};

/// What is known of one waker's data pointer. A dropped task's name is kept for wakers that
/// outlive it; whoever is spawned, polled or stored at the same address later is somebody new.
struct Known {
  long number = 0;
  bool is_task = false;
  bool dropped = false;
  long scheduled_by = 0;  ///< the spawn or wake since the last poll+; later wakes changed nothing
  long waker_drop = 0;    ///< the last one since then: an executor may look why nobody is left
  Course outer;           ///< of the thread, before it began to poll this task
};

struct Sink {
  std::mutex mutex;
  int fd = -1;
  std::string path;
  SteadyClock::time_point begin;
  unsigned run = 0;  ///< counts the traces of this process: state of an earlier one is stale
  long events = 0;
  long threads = 0;
  long names = 0;
  std::unordered_map<const void*, Known> known;
};

/// Never destroyed: a thread may still wake somebody while the process is ending.
Sink& sink() noexcept {
  static Sink* const it = new Sink;
  return *it;
}

/// Trivial, so that it can be used by the destructors of other thread-locals.
struct ThisThread {
  unsigned run = 0;
  long number = 0;
  Course course;
  Place await;
};
thread_local ThisThread this_thread;

ThisThread& thread_state(Sink& s) noexcept {
  if (this_thread.run != s.run) {
    this_thread = ThisThread{};
    this_thread.run = s.run;
    this_thread.number = ++s.threads;
  }
  return this_thread;
}

/// How many bytes the UTF-8 character at `text` takes; 0 when it is not one.
std::size_t utf8_length(std::string_view text) noexcept {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : (first & 0xF0) == 0xE0         ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

void append_escaped(Line& line, std::string_view text) {
  auto out = std::back_inserter(line);
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = utf8_length(text);
    if (c == '"' || c == '\\') {
      fmt::format_to(out, "\\{}", c);
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(out, "\\u{:04x}", static_cast<unsigned>(c));
    } else if (length == 0) {
      line.append(std::string_view("\\ufffd"));
      length = 1;
    } else {
      line.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
}

void append_text(Line& line, std::string_view key, std::string_view text) {
  fmt::format_to(std::back_inserter(line), R"(,"{}":")", key);
  append_escaped(line, text);
  line.push_back('"');
}

void append_number(Line& line, std::string_view key, long number) {
  if (number != 0) fmt::format_to(std::back_inserter(line), R"(,"{}":{})", key, number);
}

/// "chapters/05_async_await/main.cpp:12": this file's own path tells where the project begins.
void append_place(Line& line, Place place) {
  constexpr std::string_view here = __FILE__;
  constexpr std::string_view root = here.substr(0, here.rfind("common/"));
  if (place.line == 0) return;
  std::string_view file = place.file;
  if (file.substr(0, root.size()) == root) file.remove_prefix(root.size());
  append_text(line, "l", fmt::format("{}:{}", file, place.line));
}

/// Who does this: the task this thread is polling, or else the thread itself.
void append_doer(Line& line, const ThisThread& thread) {
  if (thread.course.task != 0) {
    append_text(line, "by", fmt::format("task {}", thread.course.task));
  } else {
    append_text(line, "by", fmt::format("thread {}", thread.number));
  }
}

/// A waker's number, and the task's when the waker is a task's own.
void append_waker(Line& line, const Known& known) {
  if (known.is_task) append_number(line, "k", known.number);
  append_number(line, "w", known.number);
}

/// errno of the failed write, or 0.
int write_line(int fd, const Line& line) noexcept {
  const char* from = line.data();
  std::size_t left = line.size();
  while (left > 0) {
    const ssize_t written = ::write(fd, from, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    from += written;
    left -= static_cast<std::size_t>(written);
  }
  return 0;
}

void close_file(Sink& s) noexcept {
  detail::on.store(false, std::memory_order_relaxed);
  if (s.fd >= 0) ::close(s.fd);
  s.fd = -1;
  s.known.clear();
}

void give_up(Sink& s, const char* reason) noexcept {
  close_file(s);
  std::fprintf(stderr, "trace: %s: %s; the trace ends here\n", s.path.c_str(), reason);
}

Known& name(Sink& s, const void* waker) {
  Known& known = s.known[waker];
  if (known.number == 0) known.number = ++s.names;
  return known;
}

/// Forgets what was at this address before: a new task lives there now.
Known& name_newcomer(Sink& s, const void* waker) {
  s.known.erase(waker);
  return name(s, waker);
}

Known& name_living(Sink& s, const void* waker) {
  Known& known = name(s, waker);
  return known.dropped ? name_newcomer(s, waker) : known;
}

/// Writes one event. `fill` appends what is special about it. Returns its number, 0 when off.
template <class Fill>
long record(std::string_view event, Fill fill) noexcept {
  Sink& s = sink();
  std::lock_guard lock(s.mutex);
  if (s.fd < 0) return 0;
  try {
    ThisThread& thread = thread_state(s);
    const auto elapsed = SteadyClock::now() - s.begin;
    const long number = ++s.events;
    Line line;
    fmt::format_to(std::back_inserter(line), R"({{"n":{},"t":{},"th":{},"e":"{}")", number,
                   std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count(),
                   thread.number, event);
    fill(s, thread, line, number);
    line.append(std::string_view("}\n"));
    if (int error = write_line(s.fd, line)) {
      give_up(s, std::strerror(error));
      return 0;
    }
    return number;
  } catch (const std::exception& e) {
    give_up(s, e.what());
    return 0;
  }
}

}  // namespace

void start(const std::string& path, const std::string& title) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "open the trace " + path);
  Line header;
  header.append(std::string_view(R"({"v":1)"));
  append_text(header, "title", title);
  header.append(std::string_view("}\n"));
  if (int error = write_line(fd, header)) {
    ::close(fd);
    throw std::system_error(error, std::system_category(), "write the trace " + path);
  }

  Sink& s = sink();
  std::lock_guard lock(s.mutex);
  close_file(s);
  s.fd = fd;
  s.path = path;
  s.begin = SteadyClock::now();
  s.run += 1;
  s.events = s.threads = s.names = 0;
  detail::on.store(true, std::memory_order_relaxed);
}

void stop() noexcept {
  Sink& s = sink();
  std::lock_guard lock(s.mutex);
  close_file(s);
}

void spawn(const void* task, Place place) noexcept {
  record("spawn", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name_newcomer(s, task);
    known.is_task = true;
    known.scheduled_by = number;
    append_number(line, "k", known.number);
    append_doer(line, thread);
    append_place(line, place);
  });
}

void poll_begin(const void* task) noexcept {
  record("poll+", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name_living(s, task);
    known.is_task = true;
    append_number(line, "k", known.number);
    append_number(line, "c", known.scheduled_by != 0 ? known.scheduled_by : known.waker_drop);
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
  });
}

void store(const void* task, const char* why, int number) noexcept {
  record("store", [&](Sink& s, ThisThread& thread, Line& line, long) {
    append_waker(line, name_living(s, task));
    append_place(line, std::exchange(thread.await, Place{}));
    append_text(line, "why", number < 0 ? std::string(why) : fmt::format("{} {}", why, number));
  });
}

void await_at(Place place) noexcept {
  Sink& s = sink();
  std::lock_guard lock(s.mutex);
  if (s.fd >= 0) thread_state(s).await = place;
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

void wake(const void* task) noexcept {
  record("wake", [&](Sink& s, ThisThread& thread, Line& line, long number) {
    Known& known = name(s, task);
    if (known.scheduled_by == 0) known.scheduled_by = number;
    append_waker(line, known);
    append_doer(line, thread);
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
  });
}

Cause::Cause(long event) noexcept {
  if (event == 0) return;
  active_ = true;
  run_ = this_thread.run;
  previous_ = std::exchange(this_thread.course.event, event);
}

Cause::~Cause() {
  if (active_ && run_ == this_thread.run) this_thread.course.event = previous_;
}

Cause Cause::io(int fd, bool readable, bool writable) noexcept {
  if (!enabled()) return Cause();
  return Cause(record("io", [&](Sink&, ThisThread&, Line& line, long) {
    append_text(line, "why",
                fmt::format("fd {} {}{}{}", fd, readable ? "readable" : "",
                            readable && writable ? ", " : "", writable ? "writable" : ""));
  }));
}

Cause Cause::timer() noexcept {
  if (!enabled()) return Cause();
  return Cause(record("timer", [](Sink&, ThisThread&, Line&, long) {}));
}

}  // namespace book::trace
