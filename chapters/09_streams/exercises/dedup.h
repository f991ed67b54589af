// Exercise 1: dedup.
//
//     iter({1, 1, 2, 2, 2, 1}) | dedup()      gives 1, 2, 1
//
// A stream that leaves out every item that is equal to the one just before it.
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
    // TODO: everything passes. Which item do you have to keep, to compare the next one with? And
    // what do you do instead of giving a twin?
    return source_.poll_next(cx);
  }

 private:
  S source_;
};

struct DedupFn {
  detail::StreamStep<Dedup> operator()() const { return {}; }
};
inline constexpr DedupFn dedup{};

}  // namespace book::exercise
