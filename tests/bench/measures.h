// What `make bench` sets into one table, and what instructions.sh counts: a measure of ours, and
// beside it a baseline of our own, the least that could do the same work or the tool without tasks
// that does it.
//
// A measure does its work so many times between start() and stop(). It never asks what that is for:
//
//     measures            a time, the CPU's
//     measures --count    nothing; at each start() and stop(), callgrind writes its count down
#pragma once

#include <time.h>

#include <functional>
#include <string>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"

/// Where callgrind's --dump-before stops. Does nothing.
extern "C" void book_measures_mark();

namespace book::measures {

/// What is done at once, where many are; meter.times() is a multiple of it.
inline constexpr int kBatch = 1000;

class Meter {
 public:
  Meter(int times, bool marks) : times_(times), marks_(marks) {}

  int times() const { return times_; }
  void start() {
    if (marks_) book_measures_mark();
    started_ = cpu_time();
  }
  void stop() {
    took_ = cpu_time() - started_;
    if (marks_) book_measures_mark();
  }
  /// In the place of start() and stop(): of a measure that is no time.
  void bytes(double each) { bytes_ = each; }

  double nanoseconds() const { return took_; }
  double bytes() const { return bytes_; }

 private:
  /// Nothing here waits, so CPU time is the time it takes, on a busy machine too.
  static double cpu_time() {
    timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
  }

  int times_;
  bool marks_;
  double bytes_ = 0;
  double started_ = 0;
  double took_ = 0;
};

struct Side {
  const char* what;
  std::function<void(Meter&)> run;
};
enum class Unit { time, bytes };
struct Measure {
  const char* name;
  Side ours, baseline;
  Unit unit = Unit::time;
};
using Measures = std::vector<Measure>;

void add_task_measures(Measures& all);
void add_wait_measures(Measures& all);
void add_http_measures(Measures& all);

/// The compiler does not know what is done with `value`.
template <class T>
void keep(T& value) {
  asm volatile("" : "+m"(value) : : "memory");
}

/// A measure that is a task. In virtual time, so that no count depends on a clock.
inline std::function<void(Meter&)> task(Async<> (*make)(Meter&)) {
  return [make](Meter& meter) {
    Executor executor({.time = TimeMode::virtual_time});
    executor.spawn(make(meter));
    executor.run();
  };
}

}  // namespace book::measures
