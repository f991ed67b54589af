// s | fuse(): a stream that may be asked after its end. It then says again that it has ended; an
// exception is such an end too. It knows that it has, so select_next_some takes it. (Chapter 08's
// fuse, which does this for a future, is the same word.)
#pragma once

#include <optional>
#include <utility>

#include "08_select/fuse.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S>
class Fused {
 public:
  using Item = ItemOf<S>;
  explicit Fused(S&& source) : source_(std::in_place, std::forward<S>(source)) {}

  bool is_terminated() const noexcept { return !source_; }

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (!source_) return PollItem<Item>::ready();
    try {
      PollItem<Item> next = source_->held.poll_next(cx);
      if (next.is_ready() && !next.value()) source_.reset();  // an owned one is dropped at its end
      return next;
    } catch (...) {
      source_.reset();
      throw;
    }
  }

 private:
  StreamPin pin_;
  std::optional<detail::Held<S>> source_;
};

}  // namespace streams

namespace detail {
template <Stream S>
streams::Fused<S> operator|(S&& source, FuseStep) {
  return streams::Fused<S>(std::forward<S>(source));
}
}  // namespace detail

}  // namespace book
