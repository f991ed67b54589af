// AsyncStream<T>: a stream written as a coroutine. co_yield gives an item, co_await waits, and
// running off the end ends the stream.
//
//     AsyncStream<int> ticks(int count) {
//       for (int i = 0; i < count; ++i) {
//         co_await sleep(1s);
//         co_yield i;
//       }
//     }
//
// It runs on chapter 05's chain, without a change to it: a co_yield looks like a leaf that is
// pending, until the next poll finds it ready. The house rules for co_await hold for co_yield too.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "05_async_await/async.h"
#include "09_streams/stream_step.h"

namespace book {

template <class T>
class [[nodiscard("an AsyncStream that nobody asks for items does nothing")]] AsyncStream {
  static_assert(std::is_object_v<T>, "an AsyncStream gives its items by value");

 public:
  using Item = T;
  class promise_type;

  AsyncStream(AsyncStream && other) noexcept
      : promise_(std::exchange(other.promise_, nullptr)),
        ended_(std::exchange(other.ended_, false)) {}
  AsyncStream& operator=(AsyncStream&& other) noexcept {
    AsyncStream taken(std::move(other));
    std::swap(promise_, taken.promise_);
    std::swap(ended_, taken.ended_);
    return *this;
  }
  ~AsyncStream() {
    if (!promise_) return;
    if (promise_->is_running()) [[unlikely]]
      refuse("destroyed");
    promise_->destroy();
  }

  /// Runs the coroutine up to its next co_yield, or to the next future that is pending. Throws what
  /// the coroutine throws, once; after that, as after the end, there are no more items. Throws
  /// std::logic_error when it was moved away, or is being polled already.
  PollItem<T> poll_next(Context & cx) {
    if (ended_) return PollItem<T>::ready();
    if (!promise_ || promise_->refuses_polls()) [[unlikely]]
      refuse("polled");
    Outcome<void> outcome;
    std::optional<T> item;
    promise_->outcome = &outcome;
    promise_->item_ = &item;
    if (promise_->run(cx)) {
      ended_ = true;
      const AsyncStream finished(std::exchange(promise_, nullptr));  // its frame goes now
      std::move(outcome).get();
      return PollItem<T>::ready();
    }
    if (!item) return pending;
    return PollItem<T>::ready(std::move(item));
  }

  bool is_terminated() const noexcept { return ended_; }

 private:
  explicit AsyncStream(promise_type * promise) noexcept : promise_(promise) {}

  [[noreturn]] void refuse(const char* what) const {
    throw std::logic_error(
        std::string("an AsyncStream was ") + what +
        (promise_ ? " by itself, in the course of its own poll" : " after it was moved from"));
  }

  promise_type* promise_;
  bool ended_ = false;
};

/// What an Async<> has, and co_yield.
template <class T>
class AsyncStream<T>::promise_type : public Async<>::promise_type {
 public:
  AsyncStream get_return_object() noexcept {
    static_assert(alignof(promise_type) == alignof(detail::ChainPromise));
    return AsyncStream(this);
  }

  /// Ends this poll with an item. The next one finds the "leaf" ready, and goes on behind it.
  class Yield : private detail::Leaf {
   public:
    Yield() noexcept : detail::Leaf{&go_on} {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>  // this one, or one that is made of it
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      self.promise().wait_for(*this);
    }
    void await_resume() const noexcept {}

   private:
    static bool go_on(detail::Leaf&, Context&) noexcept { return true; }
  };

  template <class U = T>
  Yield yield_value(U&& value) {
    item_->emplace(std::forward<U>(value));
    return {};
  }

 private:
  friend AsyncStream;
  std::optional<T>* item_ = nullptr;  // of the poll that is under way
};

}  // namespace book
