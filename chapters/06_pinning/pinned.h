// Pinned<T>: pinned where it stands, which is mostly the stack: a local variable, or a member.
//
//     auto test = pin_here(Test("test1"));      // the Test is inside, and has no other name
//     init(test.as_mut());                      // Pin<Test*>
//
// It can be neither copied nor moved, and still pin_here returns one: the object that a function
// returns by value as a temporary is built in the caller's variable (guaranteed elision, C++17).
#pragma once

#include <memory>
#include <utility>

#include "06_pinning/pin.h"

namespace book {

template <class T>
class Pinned {
 public:
  template <class... Args>
  explicit Pinned(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() = default;

  // The promise: only this class has a name for value_, and it stays where it is; C++ destroys
  // value_ before its memory is anything else. A pin must not outlive it, like any pointer.
  Pin<T*> as_mut() & { return Pin<T*>(unsafe, std::addressof(value_)); }
  Pin<const T*> as_ref() const& { return Pin<const T*>(unsafe, std::addressof(value_)); }
  Pin<T*> as_mut() && = delete;  // a temporary would be gone at the semicolon
  Pin<const T*> as_ref() const&& = delete;

  const T& operator*() const { return value_; }
  const T* operator->() const { return std::addressof(value_); }

 private:
  T value_;
};

namespace detail {
struct PinHereFn {
  template <class T>
  Pinned<T> operator()(T value) const {
    return Pinned<T>(std::in_place, std::move(value));
  }
};
}  // namespace detail

/// Moves the value into its place, for the last time.
inline constexpr detail::PinHereFn pin_here{};

}  // namespace book
