// Outcome<T>: how something ended, kept until it is taken: a value or an exception.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/future.h"

namespace book {

template <class T>
class Outcome {
 public:
  template <class... Args>
  void set_value(Args&&... args) {
    value_.emplace(std::forward<Args>(args)...);
  }
  void set_exception(std::exception_ptr exception) noexcept { exception_ = std::move(exception); }

  /// Polls `future`, and keeps what it ends with. False while it is pending.
  template <class F>
  bool poll_into(F& future, Context& cx) noexcept {
    try {
      Poll<T> poll = future.poll(cx);
      if (poll.is_pending()) return false;
      value_.emplace(std::move(poll).value());
    } catch (...) {
      exception_ = std::current_exception();
    }
    return true;
  }

  bool has_failed() const noexcept { return exception_ != nullptr; }

  /// The value, or the exception, thrown.
  T get() && {
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
    if (!value_) [[unlikely]]
      throw_no_value();
    return std::move(*value_);
  }

 private:
  // A compiler may let a coroutine run off its end, and then it is up to us to say so.
  [[noreturn]] static void throw_no_value() {
    throw std::logic_error("it ended without a value: a coroutine that forgets to co_return one?");
  }

  std::exception_ptr exception_;
  std::optional<T> value_;
};

template <>
class Outcome<void> {
 public:
  void set_value() noexcept {}
  void set_exception(std::exception_ptr exception) noexcept { exception_ = std::move(exception); }

  template <class F>
  bool poll_into(F& future, Context& cx) noexcept {
    try {
      return future.poll(cx).is_ready();
    } catch (...) {
      exception_ = std::current_exception();
      return true;
    }
  }

  bool has_failed() const noexcept { return exception_ != nullptr; }

  void get() && {
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
  }

 private:
  std::exception_ptr exception_;
};

/// The future of a block_on: puts the output or the exception where block_on will look for it.
template <class F>
class IntoOutcome {
 public:
  using Output = void;
  IntoOutcome(F&& future, Outcome<OutputOf<F>>& outcome)
      : future_(std::forward<F>(future)), outcome_(outcome) {}
  Poll<void> poll(Context& cx) {
    return outcome_.poll_into(future_, cx) ? Poll<void>::ready() : Poll<void>(pending);
  }

 private:
  F future_;
  Outcome<OutputOf<F>>& outcome_;
};

}  // namespace book
