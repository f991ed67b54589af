#include "02_timer_future/lone_task.h"

#include <mutex>

#include "common/arc_wake.h"

namespace book {

/// The other end of the wakers: remembers that it was rung, and ends the reactor's wait. Counted,
/// because a waker on some thread may outlive the task and the reactor.
class LoneTask::Bell : public RefCounted<Bell> {
 public:
  explicit Bell(Reactor& reactor) noexcept : reactor_(&reactor) {}

  /// What waking means here. ArcWake finds it.
  static void wake_by_ref(const Arc<Bell>& bell) {
    std::scoped_lock lock(bell->mutex_);
    ++bell->wakes_;
    bell->rung_ = true;
    if (bell->reactor_) bell->reactor_->notify();
  }

  bool take_ring() {
    std::scoped_lock lock(mutex_);
    return std::exchange(rung_, false);
  }
  void close() {
    std::scoped_lock lock(mutex_);
    reactor_ = nullptr;
  }
  int wakes() {
    std::scoped_lock lock(mutex_);
    return wakes_;
  }

 private:
  std::mutex mutex_;
  Reactor* reactor_;  // guarded by mutex_, like the rest
  bool rung_ = false;
  int wakes_ = 0;
};

LoneTask::LoneTask(Reactor& reactor)
    : reactor_(reactor), bell_(make_arc<Bell>(reactor)), waker_(into_waker(bell_)) {}

LoneTask::~LoneTask() { bell_->close(); }

int LoneTask::wakes() const { return bell_->wakes(); }

void LoneTask::wait_for_wake() {
  for (;;) {
    // Count the owners first, then look: a waker rings before it lets go of the bell. When there
    // are only our two, bell_ and waker_, and it has not been rung, nobody is left who could.
    const bool held = bell_->owners() > 2;
    if (bell_->take_ring()) return;
    if (!held) throw NobodyWakes("the task is pending, and nobody holds its waker");
    reactor_.wait();
  }
}

}  // namespace book
