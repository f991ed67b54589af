// or_shutdown(timeout, future): a wait that ends by itself, or with the server. What a connection
// does beside reading and writing, such as /sleep, has no limit of its own, but it must not hold up
// the end.
#pragma once

#include <utility>

#include "20_web_server/server/timeout_queues.h"
#include "common/future.h"

namespace book::http {

/// What or_shutdown(timeout, future) gives.
template <Future F>
class [[nodiscard]] OrShutdown : PinnedOncePolled {
 public:
  using Output = bool;

  OrShutdown(ConnectionTimeout& timeout, F future)
      : timeout_(timeout), future_(std::move(future)) {}

  Poll<bool> poll(Context& cx) {
    if (pin_.is_fresh()) timeout_.restart();
    pin_.enter();
    if (future_.poll(cx).is_ready()) return true;
    if (timeout_.wait(cx, WaitKind::other) != WaitResult::waiting) return false;
    return pin_.pending();
  }

 private:
  ConnectionTimeout& timeout_;
  F future_;
};

/// Awaits `future`: true when it has ended, false when the shutdown is aborted first.
template <Future F>
OrShutdown<F> or_shutdown(ConnectionTimeout& timeout, F future) {
  return {timeout, std::move(future)};
}

}  // namespace book::http
