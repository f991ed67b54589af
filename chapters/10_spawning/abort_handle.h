// Two ways to abort a task without its join handle, which another owner has:
//
//     AbortHandle stop = handle.abort_handle();    // may abort, and does nothing else: any copies
//     AbortOnDrop<int> mine(std::move(handle));    // a join handle that aborts the task when it
//     goes
//
// Chapter 10 explains it.
#pragma once

#include <utility>

#include "10_spawning/join_task.h"
#include "common/arc.h"
#include "common/future.h"

namespace book {

template <class T>
class JoinHandle;

/// For any thread. It keeps the task's memory, not what the task holds; dropping it does nothing.
class AbortHandle {
 public:
  /// What JoinHandle::abort does.
  void abort() const noexcept { task_->cancel(); }
  /// The task's future is gone: it has ended, in whatever way.
  bool is_finished() const noexcept { return task_->is_completed(); }

 private:
  template <class T>
  friend class JoinHandle;
  explicit AbortHandle(detail::JoinTaskBase& task)
      : task_(Arc<detail::JoinTaskBase>::share(&task)) {}

  Arc<detail::JoinTaskBase> task_;
};

/// A future of the task's end, as the join handle is. The task cannot outlive it by more than a
/// turn.
template <class T>
class AbortOnDrop {
 public:
  using Output = T;

  explicit AbortOnDrop(JoinHandle<T>&& handle) noexcept : handle_(std::move(handle)) {}
  AbortOnDrop(AbortOnDrop&&) noexcept = default;
  AbortOnDrop& operator=(AbortOnDrop&& other) noexcept {
    AbortOnDrop old(std::move(other));
    std::swap(handle_, old.handle_);
    return *this;
  }
  ~AbortOnDrop() { handle_.abort(); }

  Poll<T> poll(Context& cx) { return handle_.poll(cx); }

  JoinHandle<T>& handle() noexcept { return handle_; }
  /// Gives the join handle back: from now on the task goes its own way.
  JoinHandle<T> release() && noexcept { return std::move(handle_); }

 private:
  JoinHandle<T> handle_;
};

}  // namespace book
