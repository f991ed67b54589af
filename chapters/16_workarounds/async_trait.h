// AsyncTrait: base of an interface whose virtual functions are coroutines. What Rust calls a trait
// with async functions needs nothing else: a virtual function may return an Async<T>.
//
//     class Prices : public AsyncTrait {
//      public:
//       virtual Async<int> of(int article) = 0;
//     };
//     class Shop final : public Prices {
//       Async<int> of(int article) override { co_await asks_around(article); co_return 7; }
//     };
//
// The frame of such a call keeps `this`, a plain pointer, and the object may go first. The base has
// its eye on that: it counts the frames that have a pointer to it, and an object that is destroyed
// under them says so on stderr, and ends the program. Chapter 16 explains it.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>

#include "05_async_await/async.h"
#include "common/solo_atomic.h"

namespace book {

namespace detail {
template <class T>
class MethodPromise;
}  // namespace detail

/// Neither copied nor moved: callers keep pointers to it.
class AsyncTrait {
 public:
  using CountsItsCalls = void;  ///< how a coroutine of a class derived from it is known

  AsyncTrait() = default;
  AsyncTrait(const AsyncTrait&) = delete;
  AsyncTrait& operator=(const AsyncTrait&) = delete;
  /// With a call under way, begun or not: one line on stderr, then std::terminate.
  virtual ~AsyncTrait();

  /// Coroutines of this object, and others that were given it as their first parameter, whose
  /// frames there are at this moment. From any thread.
  std::size_t calls() const noexcept { return calls_.load(std::memory_order_relaxed); }

 private:
  template <class T>
  friend class detail::MethodPromise;

  mutable SoloAtomic<std::size_t> calls_{0};
};

namespace detail {

/// The promise of an Async<T> whose first parameter is an AsyncTrait: it counts itself there. The
/// compiler hands a promise its coroutine's parameters, *this first, if it has such a constructor.
template <class T>
class MethodPromise : public Async<T>::promise_type {
 public:
  // (A template for the first one, too: g++ 12 converts *this to no base class here.)
  template <class Object, class... Arguments>
  explicit MethodPromise(const Object& object, const Arguments&...) noexcept : object_(object) {
    static_assert(alignof(MethodPromise) == alignof(ChainPromise));
    object_.calls_.fetch_add(1, std::memory_order_relaxed);
  }
  MethodPromise(const MethodPromise&) = delete;
  /// Released, and acquired by the object's destructor: what this frame did to the object is seen
  /// there, on whatever thread each of them is.
  ~MethodPromise() { object_.calls_.fetch_sub(1, std::memory_order_release); }

 private:
  const AsyncTrait& object_;
};

}  // namespace detail
}  // namespace book

/// Which promise a coroutine has depends on what it returns, and on its parameters. (A lambda is a
/// first parameter, too, and at this point not complete: so it is asked for a name, not for a
/// base.)
template <class T, class Object, class... Arguments>
requires requires { typename Object::CountsItsCalls; }
struct std::coroutine_traits<book::Async<T>, Object&, Arguments...> {
  using promise_type = book::detail::MethodPromise<T>;
};
