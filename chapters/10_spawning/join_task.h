// JoinTask<T>: a task that keeps what it ended with until its join handle has read it.
//
// One piece of memory holds first the future, then its output, then nothing:
//
//          spawn()          ready            the handle reads it, or is dropped
//     ( ) ---------> future ------> value ------------------------------------+
//                       |   throws                                            v
//                       +---------> error ------------------------------> nothing
//                       |   abort(), or the executor's end                    ^
//                       +-----------------------------------------------------+
//
// Three bits of the task's state word say who may touch it: `completed` (04_io_executor/task.h), up
// to which all of it is the executor's, from which on it is the handle's; `joined` and `waiter`.
//
// **Thread safety**
//   The executor's thread polls and ends the task. The join handle may be used on one other thread
//   at a time; the two meet in the state word alone.
//
// **Invariants**
//   - Before `completed` the executor's thread owns the memory, after it the handle's thread.
//   - `waiter_` belongs to the handle's thread while `waiter` is not set, and to the executor's
//     thread if `waiter` was set when it set `completed`.
//   - What the task ended with is dropped once: by the executor's thread if `joined` is gone when
//   it
//     sets `completed`, by the handle's thread if it finds `completed`.
//
// The end of the task and the end of the handle may come at once, on two threads. Both are one step
// on one word, so one of them comes second, sees what the first has left, and clears it away: the
// executor if it finds `joined` gone, the handle if it finds `completed`. In the same way the waker
// belongs to the executor if `waiter` was set when it set `completed`, to the handle if not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include "04_io_executor/task.h"
#include "05_async_await/frame_pool.h"
#include "07_join/maybe_done.h"
#include "common/future.h"

namespace book::detail {

/// The part that does not depend on the types. Its public side is the handle's.
class JoinTaskBase : public Task {
 public:
  /// Keeps the waker of the latest poll. False when the task has ended: then there is nothing to
  /// wait for, and the output is the handle's.
  bool wait_for_end(Context& cx);
  /// The handle goes. An output that was not read is dropped; an exception is reported on stderr.
  void drop_handle() noexcept;

  // Tasks come and go as coroutine frames do, and live in the same pool.
  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* task, std::size_t size) noexcept {
    FramePool::free(task, size);
  }
  static void* operator new(std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
  }
  static void operator delete(void* task, std::align_val_t alignment) noexcept {
    ::operator delete(task, alignment);
  }

 protected:
  enum class Phase : unsigned char { future, value, error, nothing };

  /// With two handles: the executor's, and the join handle's.
  explicit JoinTaskBase(Place place) noexcept : Task(place, kObserved | kJoined | kOneHandle) {}

  /// Throws what the task ended with, if that is no value.
  void rethrow_unless_value();

  Phase phase_ = Phase::future;

 private:
  /// There is a join handle. Born with it; cleared by the thread that drops the handle.
  static constexpr std::uint64_t kJoined = kFirstOwnBit;
  /// A waker is in `waiter_`. Set by the handle's thread when it has put one there; cleared by the
  /// same thread before it looks at `waiter_` again. Never set without `joined`.
  static constexpr std::uint64_t kWaiter = kFirstOwnBit << 1;

  /// Where future, value and error live, one after the other.
  virtual void* memory() noexcept = 0;
  virtual void drop_value() noexcept = 0;

  void completed(std::uint64_t state) noexcept override;
  void drop_output() noexcept;
  std::exception_ptr take_error() noexcept;

  Waker waiter_;
};

template <class T>
class JoinTask : public JoinTaskBase {
 public:
  using Value = ValueOrMonostate<T>;

  /// The value, moved out, or the exception, thrown. Once, after the end.
  Poll<T> take() {
    rethrow_unless_value();
    if constexpr (std::is_void_v<T>) {
      phase_ = Phase::nothing;
      return Poll<void>::ready();
    } else {
      DropValue guard{this};
      return Poll<T>::ready(std::move(*value()));
    }
  }

 protected:
  using JoinTaskBase::JoinTaskBase;

 private:
  struct DropValue {
    JoinTask* task;
    ~DropValue() { task->drop_value(); }
  };

  Value* value() noexcept { return std::launder(static_cast<Value*>(memory())); }
  void* memory() noexcept override = 0;
  void drop_value() noexcept final {
    phase_ = Phase::nothing;
    value()->~Value();
  }
};

/// The task itself. F is never a reference: a task owns its future.
template <class F>
class SpawnedTask final : public JoinTask<OutputOf<F>> {
  using Base = JoinTask<OutputOf<F>>;
  using typename Base::Phase;
  using typename Base::Value;

 public:
  template <class G>
  SpawnedTask(Place place, G&& future) : Base(place), future_(std::forward<G>(future)) {}

 private:
  ~SpawnedTask() override {}

  trace::Outcome poll_future(Context& cx) override {
    try {
      Poll<OutputOf<F>> poll = future_.poll(cx);
      if (poll.is_pending()) return trace::Outcome::pending;
      drop_future();  // its memory is the value's from now on
      if constexpr (std::is_void_v<OutputOf<F>>) {
        ::new (memory()) Value();
      } else {
        ::new (memory()) Value(std::move(poll).value());
      }
      this->phase_ = Phase::value;
      return trace::Outcome::ready;
    } catch (...) {
      drop_future();
      ::new (memory()) std::exception_ptr(std::current_exception());
      this->phase_ = Phase::error;
      return trace::Outcome::threw;
    }
  }

  /// Also called by the executor when the task has ended: then the output stays.
  void drop_future() noexcept override {
    if (this->phase_ != Phase::future) return;
    this->phase_ = Phase::nothing;
    future_.~F();
  }

  void* memory() noexcept override { return std::addressof(future_); }

  union {
    F future_;
    Value value_;               // only to make room for it; see memory()
    std::exception_ptr error_;  // likewise
  };
};

}  // namespace book::detail
