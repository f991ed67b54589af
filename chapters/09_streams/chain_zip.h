// Two streams in one: a | chain(b) is a, and then b; a | zip(b) is pairs of an item of each.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class A, class B>
class Chain {
 public:
  using Item = ItemOf<A>;
  static_assert(std::is_same_v<Item, ItemOf<B>>, "a | chain(b): their items must be of one type");
  Chain(A&& first, B&& second)
      : first_(std::in_place, std::forward<A>(first)), second_(std::forward<B>(second)) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (first_) {
      PollItem<Item> next = first_->held.poll_next(cx);
      if (next.is_pending() || next.value()) return next;
      first_.reset();  // an owned one is dropped before the second begins
    }
    return second_.poll_next(cx);
  }

 private:
  StreamPin pin_;
  std::optional<detail::Held<A>> first_;
  B second_;
};

/// Asks both of them, at the same time. The first that ends ends it; an item that the other one has
/// given by then is lost.
template <class A, class B>
class Zip {
 public:
  using Item = std::pair<ItemOf<A>, ItemOf<B>>;
  Zip(A&& first, B&& second) : a_(std::forward<A>(first)), b_(std::forward<B>(second)) {}

  PollItem<Item> poll_next(Context& cx) {
    const bool ended = !a_.ask(cx) || !b_.ask(cx);
    if (ended) return PollItem<Item>::ready();
    if (!a_.item || !b_.item) return pending;
    return PollItem<Item>::ready(std::in_place, a_.give(), b_.give());
  }

 private:
  template <class S>
  struct Side {
    explicit Side(S&& source) : stream(std::forward<S>(source)) {}
    /// False: it has ended.
    bool ask(Context& cx) {
      if (ended) return false;
      if (item) return true;  // it waits here for the other one
      PollItem<ItemOf<S>> next = stream.poll_next(cx);
      if (next.is_pending()) return true;
      ended = !next.value().has_value();
      if (!ended) item.emplace(std::move(*next.value()));  // not assigned: an item need only move
      return !ended;
    }
    ItemOf<S> give() {
      ItemOf<S> given = std::move(*item);
      item.reset();
      return given;
    }

    S stream;
    std::optional<ItemOf<S>> item{};
    bool ended = false;
  };

  Side<A> a_;
  Side<B> b_;
};

}  // namespace streams

namespace detail {
/// A step that keeps a second stream, which may be borrowed: so it is no StreamStep.
template <class B>
struct ChainStep {
  Held<B> second;
};
template <class B>
struct ZipStep {
  Held<B> second;
};
struct ChainFn {
  template <Stream B>
  ChainStep<B> operator()(B&& second) const {
    return {Held<B>(std::forward<B>(second))};
  }
};
struct ZipFn {
  template <Stream B>
  ZipStep<B> operator()(B&& second) const {
    return {Held<B>(std::forward<B>(second))};
  }
};
template <Stream A, class B>
streams::Chain<A, B> operator|(A&& first, ChainStep<B> step) {
  return {std::forward<A>(first), std::forward<B>(step.second.held)};
}
template <Stream A, class B>
streams::Zip<A, B> operator|(A&& first, ZipStep<B> step) {
  return {std::forward<A>(first), std::forward<B>(step.second.held)};
}
}  // namespace detail

inline constexpr detail::ChainFn chain{};
inline constexpr detail::ZipFn zip{};

}  // namespace book
