// BoxFuture<T>: some future of a T, and nothing else is known of it. Two pointers wide, whatever is
// in it: so a vector can hold several kinds, a virtual function can return one, and a function that
// is no coroutine can call itself.
//
//     std::vector<BoxFuture<int>> orders;
//     orders.push_back(boxed(sleep(10ms) | map(seven)));     // one block on the heap
//     orders.push_back(boxed(a_coroutine()));                // none: its frame is there already
//
// An Async<T> is a box already, of a coroutine. In here it lies as it is, and awaited as a
// temporary it joins the caller's chain (05_async_await/chain.h): a box around each call makes a
// wake no dearer, however deep. Chapter 16 explains it.
#pragma once

#include <coroutine>
#include <new>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "05_async_await/async.h"
#include "16_workarounds/any_box.h"
#include "common/future.h"

namespace book {

template <class T>
class BoxFuture;

namespace detail {

/// What may lie in a BoxFuture<T>: no box, which is moved, not boxed again.
template <class F, class T>
concept GoesIntoBox = Future<F> && std::is_same_v<OutputOf<F>, T> &&
    !std::is_base_of_v<AnyBox, std::remove_cvref_t<F>>;

/// co_await of a temporary box: a call if it holds an Async, and a leaf otherwise.
template <class T>
class BoxAwaiter {
 public:
  BoxAwaiter(BoxFuture<T>& box, Context& cx) {
    if (box.holds_async()) {
      call_.emplace(std::move(box).take_async(), cx);
    } else {
      leaf_.emplace(box, cx);
    }
  }

  bool await_ready() const noexcept { return call_ ? call_->await_ready() : leaf_->await_ready(); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) noexcept {
    call_ ? call_->await_suspend(self) : leaf_->await_suspend(self);
  }
  T await_resume() {
    if (call_) return call_->await_resume();
    return leaf_->await_resume();
  }

 private:
  std::optional<typename Async<T>::Call> call_;
  std::optional<LeafAwaiter<BoxFuture<T>>> leaf_;
};

}  // namespace detail

/// A future. What is in it has its place, so the box moves at any time, and may be assigned.
template <class T = void>
class [[nodiscard("a future that nobody awaits does nothing")]] BoxFuture : detail::AnyBox {
 public:
  using Output = T;

  /// Takes the future to the heap, for good; one with a name is borrowed, as everywhere. Throws
  /// what its move throws: std::logic_error if it was polled before.
  template <detail::GoesIntoBox<T> F>
  BoxFuture(F && future) {
    if constexpr (std::is_same_v<F, Async<T>>) {
      ::new (cell_) Async<T>(std::forward<F>(future));
    } else {
      detail::Block<F>::put(std::forward<F>(future), cell_);
    }
    table_ = &kTable<F>;
  }

  /// Polls what is in it. When that has ended it goes at once, by its value or by its exception.
  /// Throws std::logic_error when it has ended before, or was moved away.
  Poll<T> poll(Context & cx) {
    if (!table_) [[unlikely]]
      throw std::logic_error(
          "a BoxFuture was polled after it had finished, or after it was moved from");
    return static_cast<const Table*>(table_)->poll(*this, cx);
  }

  /// How a coroutine awaits it; nobody else calls this.
  detail::BoxAwaiter<T> await_in(Context & cx)&& { return {*this, cx}; }

 private:
  template <class F>
  friend AnyBox* detail::last_box(F&) noexcept;
  friend detail::BoxAwaiter<T>;

  struct Table : AnyBox::Table {
    Poll<T> (*poll)(BoxFuture& self, Context& cx);
  };

  static Async<T>& async_in(void* cell) noexcept {
    return *std::launder(static_cast<Async<T>*>(cell));
  }
  static void move_async(void* from, void* to) noexcept {
    ::new (to) Async<T>(std::move(async_in(from)));
    async_in(from).~Async();
  }
  static void drop_async(void* cell) noexcept { async_in(cell).~Async(); }

  template <class F>
  static Poll<T> poll_in(BoxFuture & self, Context & cx) {
    if constexpr (std::is_same_v<F, Async<T>>) {
      return async_in(self.cell_).poll(cx);  // whose frame goes by itself
    } else {
      struct GoesAtItsEnd {
        BoxFuture& box;
        bool waits = false;
        ~GoesAtItsEnd() {
          if (!waits) box.reset();
        }
      } end{self};
      Poll<T> poll = detail::Block<F>::in(self.cell_)->held.poll(cx);
      end.waits = poll.is_pending();
      return poll;
    }
  }

  template <class F>
  static constexpr Table table_of() {
    if constexpr (std::is_same_v<F, Async<T>>) {
      return {{&move_async, &drop_async, nullptr}, &poll_in<F>};
    } else {
      using Block = detail::Block<F>;
      return {{&Block::move, &Block::drop, &Block::last}, &poll_in<F>};
    }
  }
  template <class F>
  static constexpr Table kTable = table_of<F>();

  bool holds_async() const noexcept { return table_ == &kTable<Async<T>>; }
  Async<T> take_async()&& {
    Async<T> async(std::move(async_in(cell_)));
    async_in(cell_).~Async();
    table_ = nullptr;
    return async;
  }
};

namespace detail {
struct BoxedFn {
  /// A BoxFuture of it. A named future is borrowed, a temporary owned.
  template <Future F>
  BoxFuture<OutputOf<F>> operator()(F&& future) const {
    return BoxFuture<OutputOf<F>>(std::forward<F>(future));
  }
};
}  // namespace detail

inline constexpr detail::BoxedFn boxed{};

}  // namespace book
