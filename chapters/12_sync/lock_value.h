// What is inside of a lock: a value, or with void a piece of work that no value stands for; and
// what a guard says when it has been moved from.
#pragma once

#include <type_traits>
#include <utility>

namespace book::detail {

template <class T>
class LockValue {
 public:
  template <class... Args>
  explicit LockValue(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}
  T* get() noexcept { return &value_; }

 private:
  T value_;
};
template <>
class LockValue<void> {
 public:
  explicit LockValue(std::in_place_t) noexcept {}
  void* get() noexcept { return nullptr; }
};

/// T can be made of Args. For void: of nothing.
template <class T, class... Args>
concept MadeOf = std::is_constructible_v<T, Args...> ||(std::is_void_v<T> && sizeof...(Args) == 0);

[[noreturn]] void refuse_empty_guard();

/// The lock of a guard. Throws std::logic_error when the guard has been moved from.
template <class Lock>
Lock& lock_of(Lock* lock) {
  if (!lock) refuse_empty_guard();
  return *lock;
}

}  // namespace book::detail
