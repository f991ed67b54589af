// PinBox<T>: pinned on the heap. The box owns the value; the box moves, the value does not.
//
//     PinBox<Test> box             PinBox<Test> other = std::move(box)
//     +-----+      +--------+      +-----+             +-----+      +--------+
//     |  *--+----->|  Test  |      |  -  |             |  *--+----->|  Test  |   the same address
//     +-----+      +--------+      +-----+             +-----+      +--------+
#pragma once

#include <memory>
#include <utility>

#include "06_pinning/pin.h"

namespace book {

template <class T>
using PinBox = Pin<std::unique_ptr<T>>;

namespace detail {
// The promise is easy to give here: the unique_ptr is the only way to the value, it has not been
// in anybody's hands before, and the pin does not give it out again.
struct PinBoxFn {
  template <class T>
  PinBox<T> operator()(T value) const {
    return PinBox<T>(unsafe, std::make_unique<T>(std::move(value)));
  }
};
template <class T>
struct MakePinBoxFn {
  template <class... Args>
  PinBox<T> operator()(Args&&... args) const {
    return PinBox<T>(unsafe, std::make_unique<T>(std::forward<Args>(args)...));
  }
};
}  // namespace detail

/// pin_box(value): moves the value to the heap, for the last time.
inline constexpr detail::PinBoxFn pin_box{};

/// make_pin_box<T>(args...): builds it there, so that it need not be movable at all.
template <class T>
inline constexpr detail::MakePinBoxFn<T> make_pin_box{};

}  // namespace book
