// JoinHandle<T>: what spawn() gives: a future of the spawned task's end.
//
//     you do this with the handle     the task                    you get
//     await it                        runs beside you             its value, or its exception
//     drop it                         goes on: it is detached     nothing; what it throws is
//                                                                 reported on stderr
//     abort() it                      is dropped at its next      JoinError, if you await it
//                                     turn, where it stands       afterwards
//
// join_task.h has the task behind it. Chapter 10 explains it.
#pragma once

#include <stdexcept>
#include <utility>

#include "10_spawning/abort_handle.h"
#include "10_spawning/join_error.h"
#include "10_spawning/join_task.h"
#include "common/future.h"

namespace book {

template <class T>
class JoinSet;

/// The task is its pin: the handle itself may be moved and assigned at any time, and used on
/// another thread than the task's. Not [[nodiscard]]: to drop it is to detach the task.
template <class T>
class JoinHandle {
 public:
  using Output = T;

  JoinHandle(JoinHandle&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  JoinHandle& operator=(JoinHandle&& other) noexcept {
    JoinHandle old(std::exchange(task_, std::exchange(other.task_, nullptr)));
    return *this;
  }
  /// Detaches the task, unless it has ended.
  ~JoinHandle() {
    if (task_) task_->drop_handle();
  }

  /// The task's value, once. Throws the task's own exception, or JoinError when it was aborted or
  /// its executor has ended, or std::logic_error when the handle has given its value before.
  Poll<T> poll(Context& cx) {
    if (!task_) {
      throw std::logic_error(
          "a JoinHandle was awaited twice, or after it was moved from: a task gives its value "
          "once");
    }
    if (task_->wait_for_end(cx)) return pending;
    JoinHandle ended(std::move(*this));  // the task's memory goes now, not when the handle goes
    return ended.task_->take();
  }

  /// Asks the executor to drop the task's future at the task's next turn, which comes as after a
  /// wake. When the task has ended by then, nothing happens. From anywhere, also from the task
  /// itself: it then ends at its next await that has to wait.
  void abort() noexcept {
    if (task_) task_->cancel();
  }

  /// Aborts as this one does, and is not needed to await the value. Throws std::logic_error when
  /// the handle has given its value, or was moved from.
  AbortHandle abort_handle() const {
    if (!task_) throw std::logic_error("abort_handle() of a JoinHandle that has no task any more");
    return AbortHandle(*task_);
  }

  /// The task's future is gone: it has ended, in whatever way.
  bool is_finished() const noexcept { return !task_ || task_->is_completed(); }

 private:
  friend struct SpawnFn;
  friend class JoinSet<T>;
  explicit JoinHandle(detail::JoinTask<T>* task) noexcept : task_(task) {}

  /// Ready when the task has ended; what it ended with stays where it is.
  Poll<void> poll_ended(Context& cx) {
    return task_ && task_->wait_for_end(cx) ? Poll<void>(pending) : Poll<void>::ready();
  }

  detail::JoinTask<T>* task_;  // one of its handles; null when the value was given, or moved from
};

}  // namespace book
