// Exercise 3: whose turn it is, when there are many pages, several hosts, and few places.
//
//     turn("a") --> the time of host a --> one of the places --> a Permit: the request is under
//                                                                 way for as long as it lives
//
//   - At most `places` requests are under way, whatever host they go to.
//   - From one request to a host to the next request to that host, `interval` passes at least. Each
//     host has a time of its own.
//   - A page that waits for its host's time holds no place: others could use it.
//   - quiet(host, time): no request to that host before `time` has passed, also of those that wait
//     already. It never makes a wait shorter. Afterwards they come one by one, not all at once.
//   - A turn() that is dropped while it waits has used neither a place nor a time.
//   - All of it is used by one thread.
#pragma once

#include <cstddef>
#include <string>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "12_sync/semaphore.h"

namespace book::exercise {

class Polite {
 public:
  Polite(std::size_t places, Duration interval) : places_(places), interval_(interval) {}

  Async<Permit> turn(std::string host) {
    // TODO: this one is not polite at all.
    (void)host;
    Permit place = co_await places_.acquire();
    co_return place;
  }

  void quiet(const std::string& host, Duration time) {
    // TODO
    (void)host;
    (void)time;
  }

 private:
  Semaphore places_;
  [[maybe_unused]] Duration interval_;
};

}  // namespace book::exercise
