// task_scope(body): children that may borrow the caller's locals, for no child outlives the scope.
//
//     std::vector<Page> pages;
//     auto body = [&](TaskScope& scope) -> Async<int> {
//       for (auto& url : urls) scope.spawn(fetch_into(pages, url));       // runs beside the body
//       co_return 7;                                                      // waits for all of them
//     };
//     int seven = co_await task_scope(body);
//
//         one task of the executor
//       +--------------------------------------------------------------+
//       |  caller's frame: pages, body                                 |
//       |    scope (a future)                                          |
//       |      +-- children: [body] [fetch] [fetch] [fetch] ...        |
//       +--------------------------------------------------------------+
//
// The children are not tasks of the executor: they live inside the scope, in a FuturesUnordered
// (08), and so does the body. Why: a task can only be asked to end, at its next turn, and a
// destructor cannot wait for that. If they were tasks, whatever drops the scope (a timeout, a
// select, an abort of the task around it) would leave children behind that read locals which are
// gone. What lives inside the scope dies with it, in its destructor, before any local that was
// there before the scope. The price: the children of one scope share the thread of its task.
// Chapter 10 explains it.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "05_async_await/async.h"
#include "08_select/futures_unordered.h"
#include "10_spawning/scope_handle.h"
#include "common/future.h"

namespace book {

/// What the body gets. It lives as long as the scope, and is not for anybody outside of it.
class TaskScope {
 public:
  using not_send = void;  // it is its task's

  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  /// Adds a child. It is first polled after the caller's turn. The scope owns the future: an lvalue
  /// is copied, if it can be. Awaiting the handle gives the child's value; dropping it is fine,
  /// the scope waits for the child all the same. For the body, and for other children.
  template <Future F>
  requires std::constructible_from<std::remove_cvref_t<F>, F> ScopeHandle<OutputOf<F>> spawn(
      F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    using T = OutputOf<F>;
    auto end = make_arc<detail::ScopeEnd<T>>(Place{file, line});
    children_.push(
        run<std::remove_cvref_t<F>, T>(detail::TellEnd<T>(end), std::forward<F>(future)));
    return ScopeHandle<T>(std::move(end));
  }

  /// Children that have not ended; the body is one of them.
  std::size_t size() const noexcept { return children_.size(); }

 private:
  template <class Body>
  friend class Scope;
  TaskScope() = default;

  /// A child, of whatever type: what it gives goes to the handle, what it throws to the scope.
  /// `tell` goes after `future`, and even when the child is dropped before its first poll.
  template <class F, class T>
  static Async<> run(detail::TellEnd<T> tell, F future) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(future);
      tell.value({});
    } else {
      T value = co_await std::move(future);
      tell.value(std::move(value));
    }
  }

  FuturesUnordered<Async<>> children_;
};

/// What task_scope gives. `Body` is a reference when it is borrowed.
template <class Body>
class [[nodiscard]] Scope : PinnedOncePolled {
  using Inner = std::invoke_result_t<std::remove_reference_t<Body>&, TaskScope&>;

 public:
  using Output = OutputOf<Inner>;

  explicit Scope(Body&& body) : body_(std::forward<Body>(body)) {}
  Scope(Scope&& other)
      : PinnedOncePolled(std::move(other)), body_(std::forward<Body>(other.body_)) {}
  Scope& operator=(Scope&&) = delete;
  ~Scope() = default;

  /// Gives the body's value when the body and all children have ended. The first exception of any
  /// of them drops the others where they stand, and is then thrown.
  Poll<Output> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    try {
      if (first) scope_.children_.push_quietly(run_body());
      for (;;) {
        Poll<std::optional<std::monostate>> ended = scope_.children_.poll_next(cx);
        if (ended.is_pending()) return pin_.pending();
        if (!ended.value()) break;
      }
    } catch (...) {
      outcome_.set_exception(std::current_exception());
      scope_.children_.clear();
    }
    if constexpr (std::is_void_v<Output>) {
      std::move(outcome_).get();
      return Poll<void>::ready();
    } else {
      return Poll<Output>::ready(std::move(outcome_).get());
    }
  }

 private:
  Async<> run_body() {
    Inner inner = body_(scope_);
    if constexpr (std::is_void_v<Output>) {
      co_await std::move(inner);
      outcome_.set_value();
    } else {
      Output value = co_await std::move(inner);
      outcome_.set_value(std::move(value));
    }
  }

  Body body_;
  Outcome<Output> outcome_;
  TaskScope scope_;  // last: the children go before what they may use
};

namespace detail {
struct TaskScopeFn {
  /// A future that runs `body(scope)`, which returns a future, and what that spawns in the scope.
  /// An lvalue is borrowed, an rvalue owned.
  template <class Body>
  requires Future < std::invoke_result_t < std::remove_reference_t<Body>
  &, TaskScope& >> Scope<Body> operator()(Body&& body) const {
    return Scope<Body>(std::forward<Body>(body));
  }
};
}  // namespace detail

inline constexpr detail::TaskScopeFn task_scope{};

}  // namespace book
