// ValueFuture: a value that the owner of its ValueSetter will set, on any thread. TimerFuture's
// shared state again, with a value in place of `completed`.
//
//     auto [setter, future] = make_value_future<std::string>();
//
//     ValueFuture<T> --- Arc ----+
//                                v
//                   SharedState { mutex, value, waker }
//                                ^
//     ValueSetter<T> --- Arc ----+     set_value(v): value = v; wake
#pragma once

#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/arc.h"
#include "common/future.h"
#include "common/wake_or_report.h"

namespace book {

namespace detail {

/// What a ValueFuture and its ValueSetter have in common.
template <class T>
struct ValueState : RefCounted<ValueState<T>> {
  std::mutex mutex;
  std::optional<T> value;  // guarded by mutex
  bool abandoned = false;  // guarded by mutex; the setter is gone, and there is no value
  Waker waker;             // guarded by mutex; of the task that polled last
};

}  // namespace detail

template <class T>
struct ValuePair;
template <class T>
ValuePair<T> make_value_future();

/// Sets the value, once. Destroyed without, it ends its future with an exception: a task that waits
/// for something that cannot come any more is told so.
template <class T>
class ValueSetter {
 public:
  ValueSetter(ValueSetter&&) noexcept = default;
  ValueSetter& operator=(ValueSetter&&) = delete;
  ~ValueSetter() {
    if (!state_) return;
    wake_or_report(
        [this] { finish([](detail::ValueState<T>& state) { state.abandoned = true; }); });
  }

  /// From any thread. Throws std::logic_error the second time.
  void set_value(T value) {
    if (!state_) throw std::logic_error("ValueSetter::set_value: the value has been set already");
    finish([&](detail::ValueState<T>& state) { state.value.emplace(std::move(value)); });
  }

 private:
  friend ValuePair<T> make_value_future<T>();
  explicit ValueSetter(Arc<detail::ValueState<T>> state) noexcept : state_(std::move(state)) {}

  template <class Change>
  void finish(Change change) {
    Waker waker;
    {
      std::scoped_lock lock(state_->mutex);
      change(*state_);
      waker = std::move(state_->waker);
    }
    state_ = nullptr;
    std::move(waker).wake();
  }

  Arc<detail::ValueState<T>> state_;
};

/// Ready once the value is set.
template <class T>
class [[nodiscard]] ValueFuture : PinnedOncePolled {
 public:
  using Output = T;

  ValueFuture(ValueFuture&&) = default;
  ~ValueFuture() {
    if (!state_) return;  // moved away
    Waker old;
    std::scoped_lock lock(state_->mutex);
    old = std::move(state_->waker);
  }

  /// Throws std::runtime_error when the setter is gone without having set a value.
  Poll<T> poll(Context& cx) {
    pin_.enter();
    Waker old;  // dropped after the lock is free: a drop may run anything
    std::scoped_lock lock(state_->mutex);
    if (state_->value) return Poll<T>::ready(*std::move(state_->value));
    if (state_->abandoned) throw std::runtime_error("ValueFuture: its setter is gone, unset");
    if (!state_->waker.will_wake(cx.waker())) old = std::exchange(state_->waker, cx.waker());
    cx.waits_for("a value to be set");
    return pin_.pending();
  }

 private:
  friend ValuePair<T> make_value_future<T>();
  explicit ValueFuture(Arc<detail::ValueState<T>> state) noexcept : state_(std::move(state)) {}

  Arc<detail::ValueState<T>> state_;
};

template <class T>
struct ValuePair {
  ValueSetter<T> setter;
  ValueFuture<T> future;
};

/// The two ends of one value: give the setter away, and wait for the future.
template <class T>
ValuePair<T> make_value_future() {
  auto state = make_arc<detail::ValueState<T>>();
  return {ValueSetter<T>(state), ValueFuture<T>(state)};
}

}  // namespace book
