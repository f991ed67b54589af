// concept Stream: a future that can be ready many times, and says when it has ended.
// next(stream): a future of its next item. Chapter 09 explains streams; they live down here
// because select (08) needs `select_next_some`.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/future.h"

namespace book {

template <class S>
using ItemOf = typename std::remove_cvref_t<S>::Item;

template <class S>
concept Stream = requires(std::remove_cvref_t<S>& stream, Context& cx) {
  typename ItemOf<S>;
  { stream.poll_next(cx) } -> std::same_as<Poll<std::optional<ItemOf<S>>>>;
};

/// A stream that knows that it has ended: polling it again would be pointless.
template <class S>
concept FusedStream = Stream<S> && requires(const std::remove_cvref_t<S>& stream) {
  { stream.is_terminated() } -> std::convertible_to<bool>;
};

/// What next(stream) gives. `S` is a reference when the stream is borrowed.
template <class S>
class [[nodiscard]] Next : PinnedOncePolled {
 public:
  using Output = std::optional<ItemOf<S>>;

  explicit Next(S&& stream) : stream_(std::forward<S>(stream)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<Output> item = stream_.poll_next(cx);
    if (item.is_pending()) return pin_.pending();
    return item;
  }

 private:
  S stream_;
};

/// What select_next_some(stream) gives: the next item. After the stream's end it is
/// pending and terminated, so that a select passes over it.
template <class S>
class [[nodiscard]] SelectNextSome : PinnedOncePolled {
 public:
  using Output = ItemOf<S>;

  explicit SelectNextSome(S&& stream) : stream_(std::forward<S>(stream)) {}

  bool is_terminated() const noexcept { return stream_.is_terminated(); }

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    if (stream_.is_terminated()) {
      cx.waits_for("a stream that has ended");
      return pin_.pending();
    }
    Poll<std::optional<Output>> item = stream_.poll_next(cx);
    if (item.is_pending() || !item.value().has_value()) return pin_.pending();
    return Poll<Output>::ready(std::move(*item.value()));
  }

 private:
  S stream_;
};

namespace detail {
struct NextFn {
  /// A future of the stream's next item, empty at its end. An lvalue is borrowed, an rvalue owned.
  template <Stream S>
  Next<S> operator()(S&& stream) const {
    return Next<S>(std::forward<S>(stream));
  }
};
struct SelectNextSomeFn {
  template <FusedStream S>
  SelectNextSome<S> operator()(S&& stream) const {
    return SelectNextSome<S>(std::forward<S>(stream));
  }
};
}  // namespace detail

// Why an object, and no function? Because argument-dependent lookup finds functions alone. An
// argument that has to do with std, such as a stream of std::strings, would bring std::next along,
// and one of the book's futures would bring the book's join into a call of a reader's own. POSIX
// has functions called read, sleep and select, too. So the words of this book that stand in a
// pipeline or beside an await are objects.
inline constexpr detail::NextFn next{};
inline constexpr detail::SelectNextSomeFn select_next_some{};

}  // namespace book
