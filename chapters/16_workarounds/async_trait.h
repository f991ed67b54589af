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
// its eye on that: it counts the frames that have a pointer to it, as `this` or as a parameter that
// is a reference, and an object that is destroyed under them says so on stderr, and ends the
// program. (Pointers, captures and members of other objects are not seen.) Chapter 16 explains it.
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <type_traits>

#include "05_async_await/async.h"
#include "common/solo_atomic.h"

namespace book {

namespace detail {
template <class Promise, std::size_t kObjects>
class CountedPromise;
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

  /// Coroutines of this object, and others that were given a reference to it, whose frames there
  /// are at this moment. From any thread.
  std::size_t calls() const noexcept { return calls_.load(std::memory_order_relaxed); }

 private:
  template <class Promise, std::size_t kObjects>
  friend class detail::CountedPromise;

  mutable SoloAtomic<std::size_t> calls_{0};
};

namespace detail {

/// An AsyncTrait. (The closure of a lambda is a parameter, too, and where this is asked it is not
/// complete: so it is asked for a name, not for a base.)
template <class Object>
concept Counts = requires {
  typename Object::CountsItsCalls;
};
template <class Parameter>
inline constexpr bool kIsCounted =
    std::is_reference_v<Parameter>&& Counts<std::remove_reference_t<Parameter>>;

/// What a coroutine has for a promise, and a pointer to each of its parameters that is an
/// AsyncTrait: it counts itself there. The compiler hands a promise its coroutine's parameters,
/// *this first, if it has a constructor for them.
template <class Promise, std::size_t kObjects>
class CountedPromise : public Promise {
 public:
  template <class... Parameters>
  explicit CountedPromise(const Parameters&... parameters) noexcept {
    count_all(parameters...);
  }
  template <class... Parameters>
  requires std::constructible_from<Promise, const Parameters&...>
  explicit CountedPromise(const Parameters&... parameters) noexcept : Promise(parameters...) {
    count_all(parameters...);
  }
  CountedPromise(const CountedPromise&) = delete;
  /// Released, and acquired by the object's destructor: what this frame did to the object is seen
  /// there, on whatever thread each of them is.
  ~CountedPromise() {
    for (const AsyncTrait* object : objects_)
      object->calls_.fetch_sub(1, std::memory_order_release);
  }

 private:
  template <class... Parameters>
  void count_all(const Parameters&... parameters) noexcept {
    static_assert(alignof(CountedPromise) == alignof(Promise));
    std::size_t at = 0;
    (count(parameters, at), ...);
  }
  template <class Parameter>
  void count(const Parameter& parameter, std::size_t& at) noexcept {
    if constexpr (Counts<Parameter>) {
      objects_[at] = &parameter;
      objects_[at++]->calls_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  const AsyncTrait* objects_[kObjects];
};

}  // namespace detail
}  // namespace book

/// Which promise a coroutine has depends on what it returns, and on its parameters.
template <class Returned, class... Parameters>
requires(book::detail::kIsCounted<Parameters> ||
         ...) struct std::coroutine_traits<Returned, Parameters...> {
  using promise_type =
      book::detail::CountedPromise<typename Returned::promise_type,
                                   (std::size_t{book::detail::kIsCounted<Parameters>} + ...)>;
};
