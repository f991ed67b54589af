// Poll<T>: what a future says when it is asked "are you done?".
//
//     ready(value)   here it is; do not ask again
//     pending        not yet; your waker will be woken when asking again is worth it
//
// Chapter 01 explains it.
#pragma once

#include <concepts>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace book {

struct Pending {};
inline constexpr Pending pending{};

namespace detail {

/// An optional number, or pointer. Unlike std::optional it travels in registers: g++ 12 returns
/// that one through memory, piece by piece, and the caller waits until the pieces are together.
template <class T>
class ScalarOrNone {
 public:
  ScalarOrNone() = default;
  ScalarOrNone(T value) noexcept : value_(value), has_value_(true) {}
  void emplace(T value = T()) noexcept { *this = ScalarOrNone(value); }
  bool has_value() const noexcept { return has_value_; }
  T& operator*() noexcept { return value_; }
  const T& operator*() const noexcept { return value_; }

 private:
  T value_{};
  bool has_value_ = false;
};

template <class T>
using ValueOrNone = std::conditional_t<std::is_scalar_v<T>, ScalarOrNone<T>, std::optional<T>>;

template <class B, class T>
concept BoolFor = std::same_as<B, bool> && std::is_arithmetic_v<T> && !std::same_as<T, bool>;

}  // namespace detail

template <class T>
class [[nodiscard]] Poll {
  static_assert(std::is_object_v<T>, "a Poll carries a value; return it by value");

 public:
  using value_type = T;

  Poll(Pending) noexcept {}
  Poll(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
  /// Not a number made of it: `return false;` would be ready with 0, and was meant for pending.
  template <detail::BoolFor<T> B>
  Poll(B) = delete;

  /// Builds the value in place; also the way out when T is itself a Poll or an optional.
  template <class... Args>
  static Poll ready(Args&&... args) {
    Poll result(pending);
    result.value_.emplace(std::forward<Args>(args)...);
    return result;
  }

  bool is_ready() const noexcept { return value_.has_value(); }
  bool is_pending() const noexcept { return !value_.has_value(); }

  /// The value. Throws std::logic_error when there is none.
  T& value() & { return check(), *value_; }
  const T& value() const& { return check(), *value_; }
  T&& value() && { return check(), std::move(*value_); }

 private:
  void check() const {
    if (!value_.has_value())
      throw std::logic_error("Poll::value(): this poll is pending; ask is_ready() first");
  }

  detail::ValueOrNone<T> value_;
};

template <>
class [[nodiscard]] Poll<void> {
 public:
  using value_type = void;

  Poll(Pending) noexcept : ready_(false) {}
  static Poll ready() noexcept { return Poll(true); }

  bool is_ready() const noexcept { return ready_; }
  bool is_pending() const noexcept { return !ready_; }
  void value() const {
    if (!ready_)
      throw std::logic_error("Poll::value(): this poll is pending; ask is_ready() first");
  }

 private:
  explicit Poll(bool ready) noexcept : ready_(ready) {}
  bool ready_;
};

}  // namespace book
