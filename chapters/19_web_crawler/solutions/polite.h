// Exercise 3, the book's answer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "12_sync/semaphore.h"

namespace book::exercise {

class Polite {
 public:
  Polite(std::size_t places, Duration interval) : places_(places), interval_(interval) {}

  Async<Permit> turn(std::string host) {
    Instant& next = next_[host];
    for (;;) {
      co_await sleep_until(next);
      Permit place = co_await places_.acquire();
      if (next > now()) continue;
      next = now() + interval_;
      co_return place;
    }
  }

  void quiet(const std::string& host, Duration time) {
    next_[host] = std::max(next_[host], now() + time);
  }

 private:
  Semaphore places_;
  Duration interval_;
  std::map<std::string, Instant> next_;
};

}  // namespace book::exercise
