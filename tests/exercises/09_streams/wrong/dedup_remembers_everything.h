// Wrong: it leaves out whatever was there at any time.
#pragma once

#include <optional>
#include <set>
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
      if (seen_.insert(*next.value()).second) return next;
    }
  }

 private:
  S source_;
  std::set<Item> seen_;
};

struct DedupFn {
  detail::StreamStep<Dedup> operator()() const { return {}; }
};
inline constexpr DedupFn dedup{};

}  // namespace book::exercise
