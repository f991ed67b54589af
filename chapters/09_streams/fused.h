// s | fused(): a stream that may be asked after its end. It then says again that it has ended; an
// exception is such an end too. It knows that it has, so select_next_some takes it. (The fuse of
// chapter 08 does this for a future.)
#pragma once

#include <optional>
#include <utility>

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
struct FusedFn {
  StreamStep<streams::Fused> operator()() const { return {}; }
};
}  // namespace detail

inline constexpr detail::FusedFn fused{};

}  // namespace book
