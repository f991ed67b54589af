// ScopeHandle<T>: a future of the value of one child of a task_scope, for its siblings and the
// body.
//
// A child that throws ends the scope, and with it everybody who waits for the child: so no handle
// inside ever sees that exception. One that was carried out of the scope gets a JoinError when the
// child was dropped, or has thrown.
#pragma once

#include <optional>
#include <stdexcept>
#include <utility>

#include "04_io_executor/scheduler.h"
#include "07_join/maybe_done.h"
#include "10_spawning/join_error.h"
#include "common/arc.h"
#include "common/future.h"
#include "common/thread_bound.h"
#include "common/wake_or_report.h"

namespace book {
namespace detail {

/// Nothing is locked between a child and its handle: both are used in the scope's task (which may
/// change threads, in a pool), or on the thread where the child was spawned. In a debug build a use
/// elsewhere is said.
class ScopePlace {
 public:
#ifdef NDEBUG
  constexpr void check() const noexcept {}
#else
  void check() const {
    if (task_ && Scheduler::polling() == task_) return;
    if (!made_.is_here()) throw std::logic_error(made_.complaint("a ScopeHandle"));
  }

 private:
  const Task* task_ = Scheduler::polling();
  ThreadMark made_;
#endif
};

/// What a child and its handle share. All of it happens in one task, so nothing is locked.
template <class T>
struct ScopeEnd : RefCounted<ScopeEnd<T>> {
  explicit ScopeEnd(Place place) noexcept : spawned_at(place) {}

  Place spawned_at;
  bool ended = false;
  std::optional<ValueOrMonostate<T>> value;  // none: it threw, or was dropped
  Waker waiter;
  [[no_unique_address]] ScopePlace place;
};

/// The child's side: says that the child has ended, in whatever way, when it goes.
template <class T>
class TellEnd {
 public:
  explicit TellEnd(Arc<ScopeEnd<T>> end) noexcept : end_(std::move(end)) {}
  TellEnd(TellEnd&&) noexcept = default;
  TellEnd& operator=(TellEnd&&) = delete;
  ~TellEnd() {
    if (!end_) return;
    end_->ended = true;
    wake_or_report(std::exchange(end_->waiter, Waker()));
  }

  void value(ValueOrMonostate<T>&& value) { end_->value.emplace(std::move(value)); }

 private:
  Arc<ScopeEnd<T>> end_;
};

}  // namespace detail

/// May be moved at any time; dropping it does nothing to the child. Not for another thread.
template <class T>
class ScopeHandle {
 public:
  using Output = T;
  using not_send = void;

  ScopeHandle(ScopeHandle&& other) noexcept = default;
  ScopeHandle& operator=(ScopeHandle&& other) noexcept {
    std::swap(end_, other.end_);
    return *this;
  }
  ~ScopeHandle() {
    if (end_) end_->waiter = Waker();
  }

  /// The child's value, once. Throws JoinError when there is none, and std::logic_error when the
  /// handle has given it before.
  Poll<T> poll(Context& cx) {
    if (!end_) {
      throw std::logic_error("a ScopeHandle was awaited twice, or after it was moved from");
    }
    end_->place.check();
    if (!end_->ended) {
      cx.store(end_->waiter, "a child of its task_scope");
      return pending;
    }
    const Arc<detail::ScopeEnd<T>> end = std::move(end_);
    if (!end->value) throw JoinError(JoinError::Why::scope_ended, end->spawned_at);
    if constexpr (std::is_void_v<T>) {
      return Poll<void>::ready();
    } else {
      return Poll<T>::ready(*std::move(end->value));
    }
  }

  bool is_finished() const noexcept { return !end_ || end_->ended; }

 private:
  friend class TaskScope;
  explicit ScopeHandle(Arc<detail::ScopeEnd<T>> end) noexcept : end_(std::move(end)) {}

  Arc<detail::ScopeEnd<T>> end_;
};

}  // namespace book
