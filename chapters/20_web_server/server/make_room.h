// make_room(site): a future of the permit for one more connection. When there are as many as there
// may be, the one that has been idle for longest is closed: a client that asks for nothing must not
// keep out one that does. While none is idle, it waits for the first that will be, or ends.
#pragma once

#include "12_sync/semaphore.h"
#include "20_web_server/server/site.h"
#include "common/future.h"

namespace book::http {

/// One task at a time may wait. The site is borrowed.
class [[nodiscard]] MakeRoom : PinnedOncePolled {
 public:
  using Output = Permit;

  explicit MakeRoom(Site& site) : timeouts_(site.timeouts), acquire_(site.connections.acquire()) {}
  MakeRoom(MakeRoom&&) = default;
  MakeRoom& operator=(MakeRoom&&) = delete;
  ~MakeRoom() { stop_waiting(); }

  Poll<Permit> poll(Context& cx) {
    pin_.enter();
    Poll<Permit> permit = acquire_.poll(cx);
    if (permit.is_ready()) {
      stop_waiting();
      return permit;
    }
    timeouts_.expire_longest_idle();  // its task ends, and wakes this one
    cx.store(timeouts_.idle_waiter, "a connection to be idle");
    waits_ = true;
    return pin_.pending();
  }

 private:
  void stop_waiting() noexcept {
    if (waits_) timeouts_.idle_waiter = Waker();
    waits_ = false;
  }

  TimeoutQueues& timeouts_;
  Acquire acquire_;
  bool waits_ = false;
};

inline MakeRoom make_room(Site& site) { return MakeRoom(site); }

}  // namespace book::http
