#include "02_timer_future/lone_task.h"

#include <mutex>

namespace book {

/// The other end of the wakers: remembers that it was rung, and ends the reactor's wait. Counted,
/// because a waker on some thread may outlive the task and the reactor.
class LoneTask::Bell : public RefCounted<Bell> {
 public:
  explicit Bell(Reactor& reactor) noexcept : reactor_(&reactor) {}

  /// What the task lends to its polls. Only the copies that others keep are owners.
  BorrowedWaker waker() noexcept { return BorrowedWaker(this, &kWaker); }

  bool take_ring() {
    std::scoped_lock lock(mutex_);
    return std::exchange(rung_, false);
  }
  int wakes() {
    std::scoped_lock lock(mutex_);
    return wakes_;
  }
  void close() {
    std::scoped_lock lock(mutex_);
    reactor_ = nullptr;
  }

 private:
  static const WakerVTable kWaker;
  static Bell& from(void* data) { return *static_cast<Bell*>(data); }

  void ring() {
    trace::wake(this);
    std::scoped_lock lock(mutex_);
    ++wakes_;
    rung_ = true;
    if (reactor_) reactor_->notify();
  }
  void retain_traced() {
    trace::waker_clone(this);
    retain();
  }
  void release_traced() {
    trace::waker_drop(this);
    release();
  }

  std::mutex mutex_;
  Reactor* reactor_;  // guarded by mutex_, like the rest
  bool rung_ = false;
  int wakes_ = 0;
};

constexpr WakerVTable LoneTask::Bell::kWaker{
    .clone = [](void* data) { from(data).retain_traced(); },
    .wake =
        [](void* data) {
          from(data).ring();
          from(data).release_traced();
        },
    .wake_by_ref = [](void* data) { from(data).ring(); },
    .drop = [](void* data) { from(data).release_traced(); },
};

LoneTask::LoneTask(Reactor& reactor, const char* file, int line)
    : reactor_(reactor), bell_(make_arc<Bell>(reactor)), waker_(bell_->waker()) {
  trace::spawn(bell_.get(), {file, line});
}

LoneTask::~LoneTask() {
  bell_->close();
  trace::drop(bell_.get());
}

int LoneTask::wakes() const { return bell_->wakes(); }

void LoneTask::wait_for_wake() {
  for (;;) {
    // Count the owners first, then look: a waker rings before it lets go of the bell. When there
    // is only our own, bell_, and it has not been rung, no waker can ring it.
    const bool held = bell_->owners() > 1;
    if (bell_->take_ring()) return;
    if (!held) throw NobodyWakes("the task is pending, and nobody holds its waker");
    const Reactor::Waiting waiting = reactor_.waiting();
    trace::idle(waiting.timers, waiting.io ? 1 : 0);
    reactor_.wait();
  }
}

}  // namespace book
