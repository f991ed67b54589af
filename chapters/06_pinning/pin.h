// Pin<P>: a pointer whose target has promised to stay where it is until it is destroyed.
//
//     P, a pointer of any kind            Pin<P>
//     +-----+      +----------+           +-----+      +----------+
//     |  *--+----->|  target  |           |  *--+----->|  target  |  may be read, polled, replaced
//     +-----+      +----------+           +-----+      +----------+  in place; never moved away
//
// The handle moves as freely as P does. What it points to does not, unless moving it is harmless:
// the target is then Unpin, and the pin holds nobody back. Chapter 06 explains it.
#pragma once

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "common/future.h"

namespace book {

/// C++ has no `unsafe { }`. Where only your word stands between the program and undefined
/// behaviour, these functions ask for this one: search for `unsafe` and you have found them all.
struct Unsafe {
  explicit Unsafe() = default;
};
inline constexpr Unsafe unsafe{};

/// May a T be moved although it was pinned? By default: if it can be assigned by a move. Then it
/// could be swapped away at any time, so its author has thought of that. Members pass it on:
/// one that cannot be assigned, such as PhantomPinned or a PinGuard, makes its owner the same.
/// Specialise it as true for a type that cannot be assigned for another reason (a const member).
template <class T>
inline constexpr bool enable_unpin =
    std::is_reference_v<T> || std::is_move_assignable_v<std::remove_all_extents_t<T>>;

template <class T>
concept Unpin = enable_unpin<std::remove_cv_t<T>>;

/// A member that makes its owner not Unpin. It still lets the owner be moved by construction:
/// before it is pinned, that is allowed.
struct PhantomPinned {
  PhantomPinned() = default;
  PhantomPinned(PhantomPinned&&) = default;
  PhantomPinned& operator=(PhantomPinned&&) = delete;
  ~PhantomPinned() = default;
};

namespace detail {
template <class T>
concept PinnedFuture = Future<T> && !std::is_const_v<T>;
template <class T>
struct OutputOfTarget {};
template <PinnedFuture T>
struct OutputOfTarget<T> {
  using Output = OutputOf<T>;
};
template <class P>
using TargetOf = std::remove_reference_t<decltype(*std::declval<const P&>())>;
}  // namespace detail

/// `P` is a raw or a smart pointer. A pin to a future is a future itself, and it is Unpin: polling
/// moves nothing. A pin that was moved from is empty, and using it throws std::logic_error.
template <class P>
class [[nodiscard]] Pin : public detail::OutputOfTarget<detail::TargetOf<P>> {
 public:
  using Target = detail::TargetOf<P>;

  /// Pins what may be moved anyway: no promise is needed.
  explicit Pin(P pointer) : pointer_(std::move(pointer)) {
    static_assert(Unpin<Target>,
                  "this type must stay where it is once it is pinned (it is not Unpin): let "
                  "pin_here or pin_box keep it, or promise it: Pin(unsafe, pointer)");
  }

  /// You promise that the target is never moved from now on, not even when this pin is gone, and
  /// that its memory is not used again before its destructor has run.
  Pin(Unsafe, P pointer) noexcept(std::is_nothrow_move_constructible_v<P>)
      : pointer_(std::move(pointer)) {}

  /// To read is always allowed.
  const Target& get_ref() const { return target(); }
  const Target& operator*() const { return target(); }
  const Target* operator->() const { return std::addressof(target()); }

  /// A plain reference, with which the target could be moved. So the target has to be Unpin.
  Target& get_mut() {
    static_assert(Unpin<Target>,
                  "a pinned object that is not Unpin gives no plain reference to itself, for it "
                  "could be moved through it: read *pin, or promise: get_unchecked_mut(unsafe)");
    return target();
  }

  /// You promise not to move the target through this reference.
  Target& get_unchecked_mut(Unsafe) { return target(); }

  /// The same pin, borrowed: as a raw pointer that may be copied.
  Pin<Target*> as_mut() { return Pin<Target*>(unsafe, std::addressof(target())); }
  Pin<const Target*> as_ref() const { return Pin<const Target*>(unsafe, std::addressof(target())); }

  /// Puts another value into the place. The old one is not moved: it is destroyed there. (The
  /// target is the whole object, or a member: not the base class of something larger.)
  void set(std::remove_cv_t<Target> value) {
    if constexpr (Unpin<Target>) {
      target() = std::move(value);
    } else {
      static_assert(std::is_nothrow_move_constructible_v<Target>,
                    "set: if moving the new value threw, the place would be left with nothing in "
                    "it. Keep this type in a std::optional, and emplace the next one");
      Target* place = std::addressof(target());
      std::destroy_at(place);
      std::construct_at(place, std::move(value));
    }
  }

  auto poll(Context& cx) requires detail::PinnedFuture<Target> { return target().poll(cx); }

 private:
  Target& target() const {
    if (!pointer_) throw std::logic_error("this pin is empty: what it held was moved to another");
    return *pointer_;
  }

  P pointer_;
};

}  // namespace book
