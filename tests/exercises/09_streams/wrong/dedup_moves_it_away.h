// Wrong: what it gives is what the move has left.
#pragma once

#include <optional>
#include <utility>

#include "09_streams/stream_step.h"

namespace book::exercise {

template <class S>
class Dedup {
 public:
  using Item = ItemOf<S>;
  explicit Dedup(S&& source) : source_(std::forward<S>(source)) {}

  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      PollItem<Item> next = source_.poll_next(cx);
      if (next.is_pending() || !next.value()) return next;
      if (last_ == next.value()) continue;
      last_ = std::move(*next.value());
      return next;
    }
  }

 private:
  S source_;
  std::optional<Item> last_;
};

struct DedupFn {
  detail::StreamStep<Dedup> operator()() const { return {}; }
};
inline constexpr DedupFn dedup{};

}  // namespace book::exercise
