// A reader with a lamp: the actor of this chapter. Pages show which code runs, the lamp shows that
// destructors do.
#pragma once

#include <fmt/format.h>

#include <chrono>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/clock.h"
#include "common/program/narrator.h"

namespace book::story {

/// On as long as it lives.
class Lamp {
 public:
  explicit Lamp(Instant start) : start_(start) { say(start_, "  the lamp goes on"); }
  Lamp(const Lamp&) = delete;
  Lamp& operator=(const Lamp&) = delete;
  ~Lamp() { say(start_, "  the lamp goes out"); }

 private:
  Instant start_;
};

constexpr int kPages = 3;

/// Three pages of 100 ms each. Gives their number.
inline Async<int> read_book(Instant start) {
  using namespace std::chrono_literals;
  const Lamp lamp(start);
  for (int page = 1; page <= kPages; ++page) {
    co_await sleep(100ms);
    say(start, fmt::format("  page {} is read", page));
  }
  say(start, "  the book is closed");
  co_return kPages;
}

}  // namespace book::story
