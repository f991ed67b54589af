// s | peekable(): a stream whose next item can be looked at before it is taken.
//
//     auto words = lines | peekable();
//     std::string* first = co_await words.peek();        // null: there is none
//     if (first && first->starts_with("#")) ...
//     auto word = co_await next(words);                  // the same one
#pragma once

#include <optional>
#include <utility>

#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S>
class Peekable {
 public:
  using Item = ItemOf<S>;
  explicit Peekable(S&& source) : source_(std::forward<S>(source)) {}

  PollItem<Item> poll_next(Context& cx) {
    Poll<Item*> there = poll_peek(cx);
    if (there.is_pending()) return pending;
    PollItem<Item> next = PollItem<Item>::ready(std::move(item_));
    item_.reset();
    return next;
  }

  /// The next item, which stays where it is until poll_next takes it; null at the end.
  Poll<Item*> poll_peek(Context& cx) {
    if (!item_ && !ended_) {
      PollItem<Item> next = source_.poll_next(cx);
      if (next.is_pending()) return pending;
      ended_ = !next.value().has_value();
      if (!ended_) item_.emplace(std::move(*next.value()));  // not assigned: an item need only move
    }
    return item_ ? &*item_ : nullptr;
  }

  class [[nodiscard]] Peek : PinnedOncePolled {
   public:
    using Output = Item*;
    explicit Peek(Peekable& stream) : stream_(&stream) {}
    Poll<Item*> poll(Context& cx) {
      pin_.enter();
      Poll<Item*> there = stream_->poll_peek(cx);
      if (there.is_pending()) return pin_.pending();
      return there;
    }

   private:
    Peekable* stream_;
  };

  /// A future of the same. It borrows this stream.
  Peek peek() & { return Peek(*this); }

 private:
  S source_;
  std::optional<Item> item_;
  bool ended_ = false;
};

}  // namespace streams

namespace detail {
struct PeekableFn {
  StreamStep<streams::Peekable> operator()() const { return {}; }
};
}  // namespace detail

inline constexpr detail::PeekableFn peekable{};

}  // namespace book
