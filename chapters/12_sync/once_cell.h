// OnceCell<T>: a value that is made once, by the first task that wants it; the others wait for it.
//
//     OnceCell<Config> config;
//     ...
//     const Config* here = co_await config.get_or_init([] { return read_config(); });
//
// An initialiser that throws, or is dropped before its end, leaves the cell empty: the exception is
// for its own task, and the next one that waits runs its own initialiser. Chapter 12 explains it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "12_sync/permit_core.h"
#include "common/future.h"

namespace book {

template <class T>
class OnceCell;

namespace detail {
extern const LockWords kOnceWords;
}  // namespace detail

/// What cell.get_or_init(f) gives: a future of the value's address. It borrows the cell. It throws
/// what `f`, or its future, throws.
template <class T, class F>
class [[nodiscard]] GetOrInit : PinnedOncePolled {
  using Init = std::remove_cvref_t<std::invoke_result_t<F>>;
  static_assert(Future<Init>, "the initialiser has to return a future");
  static_assert(std::is_constructible_v<T, OutputOf<Init>>,
                "the initialiser's future has to give what the cell can be made of");

 public:
  using Output = const T*;

  GetOrInit(GetOrInit&&) = default;
  GetOrInit& operator=(GetOrInit&&) = delete;
  ~GetOrInit() {
    if (init_) {
      fail();
    } else {
      cell_->core_.leave(claim_);
    }
  }

  Poll<const T*> poll(Context& cx);

 private:
  friend class OnceCell<T>;
  GetOrInit(OnceCell<T>& cell, F f, detail::Line line)
      : cell_(&cell), claim_(1, line), f_(std::move(f)) {}

  /// It was its turn, and there is no value.
  void fail() noexcept {
    init_.reset();
    cell_->core_.give_back(1);
  }

  OnceCell<T>* cell_;
  detail::PermitCore::Claim claim_;
  F f_;
  std::optional<Init> init_;  // has the permit
};

/// All may be called from any thread. It must outlive the tasks that wait: else one line on stderr,
/// and std::terminate. A value, once there, stays where it is until the cell is destroyed.
template <class T>
class OnceCell {
 public:
  OnceCell() = default;
  OnceCell(const OnceCell&) = delete;
  OnceCell& operator=(const OnceCell&) = delete;
  ~OnceCell() { core_.check_unused(detail::kOnceWords); }

  /// The value, or null.
  const T* get() const noexcept {
    return is_set_.load(std::memory_order_acquire) ? &*value_ : nullptr;
  }
  /// Puts a value in. False, and `value` is left where it was: there is one, or a task is just
  /// making it.
  bool set(T&& value, int line = __builtin_LINE());
  /// A future of the value's address. If there is no value, and no task is making one, `f` is
  /// called, and the future that it gives is awaited: its output is the value.
  template <class F>
  [[nodiscard]] GetOrInit<T, F> get_or_init(F f, int line = __builtin_LINE()) {
    return {*this, std::move(f), detail::Line(line)};
  }

 private:
  template <class, class>
  friend class GetOrInit;

  /// The value is there, and keeps the permit. Wakes those who wait for it.
  const T* publish() {
    is_set_.store(true, std::memory_order_release);
    core_.never_back(1);
    core_.close();
    return &*value_;
  }

  detail::PermitCore core_{1};
  std::atomic<bool> is_set_{false};
  std::optional<T> value_;
};

template <class T, class F>
Poll<const T*> GetOrInit<T, F>::poll(Context& cx) {
  using Answer = detail::PermitCore::Answer;
  pin_.enter();
  if (!init_) {
    if (const T* value = cell_->get()) {
      cell_->core_.leave(claim_);
      return value;
    }
    const Answer answer = cell_->core_.poll(claim_, cx, detail::kOnceWords);
    if (answer == Answer::pending) return pin_.pending();
    if (answer == Answer::closed) return cell_->get();
    try {
      init_.emplace(std::invoke(std::move(f_)));
    } catch (...) {
      fail();
      throw;
    }
  }
  try {
    Poll<OutputOf<Init>> made = init_->poll(cx);
    if (made.is_pending()) return pin_.pending();
    cell_->value_.emplace(std::move(made).value());
  } catch (...) {
    fail();
    throw;
  }
  init_.reset();
  return cell_->publish();
}

template <class T>
bool OnceCell<T>::set(T&& value, int line) {
  if (!core_.try_take(1, detail::Line(line))) return false;
  try {
    value_.emplace(std::move(value));
  } catch (...) {
    core_.give_back(1);
    throw;
  }
  publish();
  return true;
}

}  // namespace book
