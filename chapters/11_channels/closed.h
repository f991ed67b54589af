// Closed: what tx.closed() gives: ready when no receiver will take what is sent from now on. So a
// sender with long work ahead can stop when its receiver is gone, and not when it has the result.
#pragma once

#include <utility>

#include "11_channels/wait_queue.h"
#include "common/arc.h"
#include "common/future.h"

namespace book {

/// `Core` is what the ends of a channel share: its lock, is_closed() and waits_for_close(). The
/// future keeps it, not the sender.
template <class Core>
class [[nodiscard]] Closed : PinnedOncePolled {
 public:
  using Output = void;

  explicit Closed(Arc<Core> core) noexcept : core_(std::move(core)) {}
  Closed(Closed&&) = default;
  Closed& operator=(Closed&&) = delete;
  ~Closed() {
    if (!waiter_.was_queued()) return;
    Waker dropped;
    const Locked locked(core_->lock);
    dropped = core_->waits_for_close().forget(waiter_);
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    Locked lock(core_->lock);
    do {
      if (core_->is_closed()) return Poll<void>::ready();
      cx.waits_for("the end of a channel's receiver");
    } while (!core_->waits_for_close().wait(waiter_, cx, lock));
    return pin_.pending();
  }

 private:
  Arc<Core> core_;
  Waiter waiter_;
};

}  // namespace book
