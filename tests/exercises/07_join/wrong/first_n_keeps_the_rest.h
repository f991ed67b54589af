// Wrong: the rest stays alive until whoever holds the FirstN lets go of it.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "common/future.h"

namespace book::exercise {

/// The first `n` values, in the order in which they came; those that come in the same poll, in the
/// order of the futures. Whoever has not finished by then is dropped. When one throws, that
/// exception is its own. There are at least `n` futures, and none of them is a future of void.
template <Future F>
class [[nodiscard]] FirstN : PinnedOncePolled {
 public:
  using Output = std::vector<OutputOf<F>>;

  FirstN(std::size_t n, std::vector<F> futures) : n_(n) {
    futures_.reserve(futures.size());
    for (F& future : futures) futures_.emplace_back(std::move(future));
  }

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    for (std::optional<F>& future : futures_) {
      if (values_.size() == n_) break;
      if (!future) continue;
      Poll<OutputOf<F>> answer = future->poll(cx);
      if (answer.is_pending()) continue;
      values_.push_back(std::move(answer).value());
      future.reset();
    }
    if (values_.size() == n_) {
      return Poll<Output>::ready(std::move(values_));
    }
    return pin_.pending();
  }

 private:
  std::size_t n_;
  std::vector<std::optional<F>> futures_;  // empty ones have finished
  Output values_;
};

template <Future F>
FirstN<F> first_n(std::size_t n, std::vector<F> futures) {
  return FirstN<F>(n, std::move(futures));
}

}  // namespace book::exercise
