// Async<T>: the `async fn` of this book. A function that returns it and says co_await or co_return
// is a coroutine: calling it runs nothing and gives a future; polling that future runs it.
//
//     Async<int> answer() { co_await sleep(1s); co_return 42; }
//
// Its frame lives on the heap and never moves; the Async is a handle to it and moves freely.
// Destroying the handle cancels the coroutine at the await where it stands; it cannot be destroyed
// by itself while it runs. chain.h has the loop that runs it; the house rules for writing one are
// in chapter 05's README.
#pragma once

#include <coroutine>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "05_async_await/chain.h"
#include "05_async_await/leaf_awaiter.h"
#include "05_async_await/named_lambda.h"
#include "common/future.h"
#include "common/trace.h"

namespace book {

namespace detail {

/// Where co_return puts the value: straight into the Outcome that the poll or co_await has ready.
template <class T>
struct ReturnInto {
  Outcome<T>* outcome = nullptr;
  template <class U = T>
  void return_value(U&& value) {
    outcome->set_value(std::forward<U>(value));
  }
};
template <>
struct ReturnInto<void> {
  Outcome<void>* outcome = nullptr;
  void return_void() noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard("an Async that nobody awaits or spawns does nothing")]] Async {
  static_assert(!std::is_reference_v<T>,
                "an Async gives its value by value: Async<T&> does not exist");

 public:
  using Output = T;
  class promise_type;
  class Call;  // what co_await of a temporary Async gives: any other coroutine may ask for it

  Async(Async && other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  Async& operator=(Async&& other) noexcept {
    Async old(std::exchange(promise_, std::exchange(other.promise_, nullptr)));
    return *this;
  }
  ~Async() {
    if (!promise_) return;
    if (promise_->is_running()) [[unlikely]]
      refuse("destroyed");
    promise_->destroy();
  }

  /// Runs the coroutine up to the next future that is pending. Throws what the coroutine throws,
  /// and std::logic_error when it has ended before, was moved away, or is being polled already.
  Poll<T> poll(Context & cx) {
    usable("polled");
    Outcome<T> outcome;
    promise_->outcome = &outcome;
    if (!promise_->run(cx)) return pending;
    Async finished(std::move(*this));  // its frame goes now, not when the handle goes
    if constexpr (std::is_void_v<T>) {
      std::move(outcome).get();
      return Poll<void>::ready();
    } else {
      return Poll<T>::ready(std::move(outcome).get());
    }
  }

 private:
  explicit Async(promise_type * promise) noexcept : promise_(promise) {}

  /// Itself, as something that can be polled. Throws std::logic_error if it cannot.
  Async&& usable(const char* what) {
    if (!promise_ || promise_->refuses_polls()) [[unlikely]]
      refuse(what);
    return std::move(*this);
  }
  [[noreturn]] void refuse(const char* what) const {
    throw std::logic_error(std::string("an Async was ") + what +
                           (promise_ && promise_->is_running()
                                ? " by itself, in the course of its own poll"
                                : " after it had finished, or after it was moved from"));
  }

  promise_type* promise_;
};

template <class T>
class Async<T>::promise_type : public detail::ChainPromise, public detail::ReturnInto<T> {
 public:
  Async get_return_object() noexcept {
    static_assert(alignof(promise_type) == alignof(detail::ChainPromise));
    return Async(this);
  }
  void unhandled_exception() noexcept { this->outcome->set_exception(std::current_exception()); }

  /// co_await of a future: borrowed if it is a named object, part of the statement if a temporary.
  template <Future F>
  detail::LeafAwaiter<std::remove_reference_t<F>> await_transform(
      F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    detail::check_alignment<OutputOf<F>>();
    if constexpr (!std::is_reference_v<F>) {
      detail::check_alignment<F>();
      static_assert(
          !detail::kHoldsNamelessLambda<F>,
          "co_await beside a lambda that captures by value: g++ 12 destroys the captures "
          "twice. Give the lambda, or the whole future, a name first (chapter 05, rule 7)");
    }
    trace::await_at({file, line});
    return {future, this->context()};
  }

  /// The same, of a temporary that has an awaiter of its own.
  template <detail::BringsItsAwaiter F>
  auto await_transform(F&& future, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    detail::check_alignment<OutputOf<F>>();
    trace::await_at({file, line});
    return std::forward<F>(future).await_in(this->context());
  }

  /// Whatever else: one sentence in the place of a page.
  template <class Other>
  requires(!Future<Other>) std::suspend_never await_transform(Other&&) {
    static_assert(sizeof(Other) == 0,
                  "co_await takes a future: an Async, what sleep() or next(stream) gives, or any "
                  "type with an Output and a poll(Context&)");
    return {};
  }

  /// co_await of a temporary Async: a call.
  template <class U>
  typename Async<U>::Call await_transform(Async<U>&& child, const char* file = __builtin_FILE(),
                                          int line = __builtin_LINE()) {
    detail::check_alignment<U>();
    trace::await_at({file, line});
    return {std::move(child), this->context()};
  }
};

/// The awaiter of a child coroutine. One that was never started joins the caller's chain; one that
/// was (a loser of a select, say) stays the root of its own and is waited for like any leaf.
template <class T>
class Async<T>::Call : private detail::Leaf {
 public:
  Call(Async&& child, Context& cx) : detail::Leaf{&poll_again}, child_(child.usable("awaited")) {
    started_ = child_.promise_->is_started();
    ready_ = started_ && outcome_.poll_into(child_, cx);
  }
  Call(Call&&) = delete;

  bool await_ready() const noexcept { return ready_; }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) noexcept {
    if (started_) return self.promise().wait_for(*this);
    // From here on the chain owns the frame: it is destroyed either below, after its end, or by
    // the root, before the caller's frame and so before this awaiter.
    called_ = std::exchange(child_.promise_, nullptr);
    called_->outcome = &outcome_;
    self.promise().call(*called_);
  }

  T await_resume() {
    Async finished(called_);
    return std::move(outcome_).get();
  }

 private:
  static bool poll_again(detail::Leaf& leaf, Context& cx) noexcept {
    auto& self = static_cast<Call&>(leaf);
    return self.outcome_.poll_into(self.child_, cx);
  }

  Async child_;
  promise_type* called_ = nullptr;
  Outcome<T> outcome_;
  bool started_;
  bool ready_;
};

}  // namespace book
