#include "common/trace_sink.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "common/append.h"
#include "common/reactor/reactor.h"

namespace book::trace {
namespace detail {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Trivial, so that it can be used by the destructors of other thread-locals.
thread_local ThisThread the_thread;
thread_local const char* its_name = nullptr;

void append_escaped(Line& line, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') line.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      append(line, "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      line.push_back(c);
    }
  }
}

void close_file(Sink& s) noexcept {
  detail::on.store(false, std::memory_order_relaxed);
  s.file.close();
  s.known.clear();
}

}  // namespace

/// Never destroyed: a thread may still wake a task while the process is ending.
Sink& sink() noexcept {
  static Sink* const it = new Sink;
  return *it;
}

ThisThread& this_thread(Sink& s) noexcept {
  if (the_thread.run != s.run) {
    the_thread = ThisThread{};
    the_thread.run = s.run;
    the_thread.number = ++s.threads;
  }
  return the_thread;
}

ThisThread& last_known_thread() noexcept { return the_thread; }

const char* rename_thread(const char* name) noexcept { return std::exchange(its_name, name); }
const char* name_of_this_thread() noexcept { return its_name; }

void give_up(Sink& s, const char* reason) noexcept {
  close_file(s);
  std::fprintf(stderr, "trace: %s: %s; the trace ends here\n", s.path.c_str(), reason);
}

Known& name(Sink& s, const void* waker) {
  Known& known = s.known[waker];
  if (known.number == 0) known.number = ++s.names;
  return known;
}

Known& name_newcomer(Sink& s, const void* waker) {
  s.known.erase(waker);
  return name(s, waker);
}

Known& name_living(Sink& s, const void* waker) {
  Known& known = name(s, waker);
  return known.dropped ? name_newcomer(s, waker) : known;
}

void append_text(Line& line, std::string_view key, std::string_view text) {
  append(line, R"(,"{}":")", key);
  append_escaped(line, text);
  line.push_back('"');
}

void append_number(Line& line, std::string_view key, long number) {
  if (number != 0) append(line, R"(,"{}":{})", key, number);
}

void append_microseconds(Line& line, std::string_view key, Duration time) {
  append(line, R"(,"{}":{})", key,
         std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

namespace {
const Reactor* virtual_reactor() noexcept {
  const Reactor* reactor = Reactor::current_or_null();
  return reactor && reactor->time_mode() == TimeMode::virtual_time ? reactor : nullptr;
}
}  // namespace

void append_virtual_time(Line& line) {
  if (const Reactor* reactor = virtual_reactor())
    append_microseconds(line, "vt", reactor->now() - Clock::virtual_epoch());
}

void append_due(Line& line, const Sink& s, Instant due) {
  if (due == Instant{}) return;
  append_microseconds(line, "due", due - (virtual_reactor() ? Clock::virtual_epoch() : s.begin));
}

/// This file's own path tells where the project begins.
void append_place(Line& line, Place place) {
  constexpr std::string_view here = __FILE__;
  constexpr std::string_view root = here.substr(0, here.rfind("common/"));
  if (place.line == 0) return;
  std::string_view file = place.file;
  if (file.substr(0, root.size()) == root) file.remove_prefix(root.size());
  append_text(line, "l", fmt::format("{}:{}", file, place.line));
}

void append_doer(Line& line, const ThisThread& thread) {
  if (thread.course.task != 0) {
    append_text(line, "by", fmt::format("task {}", thread.course.task));
  } else {
    append_text(line, "by", fmt::format("thread {}", thread.number));
  }
}

void append_waker(Line& line, const Known& known) {
  if (known.is_task) append_number(line, "k", known.number);
  append_number(line, "w", known.number);
}

long begin_event(Sink& s, ThisThread& thread, std::string_view event, Line& line) {
  const auto elapsed = SteadyClock::now() - s.begin;
  const long number = ++s.events;
  append(line, R"({{"n":{},"t":{},"th":{},"e":"{}")", number,
         std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count(), thread.number,
         event);
  const char* const name = name_of_this_thread();
  if (std::strncmp(thread.called, name ? name : "", sizeof(thread.called) - 1) != 0) {
    std::strncpy(thread.called, name ? name : "", sizeof(thread.called) - 1);
    append_text(line, "tn", thread.called);
  }
  return number;
}

bool end_event(Sink& s, Line& line) noexcept {
  line.append(std::string_view("}\n"));
  const int error = s.file.write({line.data(), line.size()}, s.events);
  if (error != 0) give_up(s, std::strerror(error));
  return error == 0;
}

}  // namespace detail

using detail::Sink;

void start(const std::string& path, const std::string& title, Kept kept) {
  detail::Line header;
  header.append(std::string_view(R"({"v":1)"));
  detail::append_text(header, "title", title);
  header.append(std::string_view("}\n"));
  detail::TraceFile file;
  if (const int error = file.open(path, kept))
    throw std::system_error(error, std::system_category(), "open the trace " + path);
  if (const int error = file.write({header.data(), header.size()}, 0))
    throw std::system_error(error, std::system_category(), "write the trace " + path);

  Sink& s = detail::sink();
  std::lock_guard lock(s.mutex);
  detail::close_file(s);
  s.file = std::move(file);
  s.path = path;
  s.begin = detail::SteadyClock::now();
  s.run += 1;
  s.events = s.threads = s.names = 0;
  detail::on.store(true, std::memory_order_relaxed);
}

void stop() noexcept {
  Sink& s = detail::sink();
  std::lock_guard lock(s.mutex);
  detail::close_file(s);
}

}  // namespace book::trace
