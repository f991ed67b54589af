// Wrong: the values stand in the order of the futures.
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
    std::size_t arrived = 0;
    values_at_.resize(futures_.size());
    for (std::size_t i = 0; i < futures_.size() && arrived < n_; ++i) {
      if (futures_[i]) {
        Poll<OutputOf<F>> answer = futures_[i]->poll(cx);
        if (answer.is_pending()) continue;
        values_at_[i].emplace(std::move(answer).value());
        futures_[i].reset();
      }
      arrived += 1;
    }
    if (arrived == n_) {
      futures_.clear();
      for (auto& value : values_at_) {
        if (value) values_.push_back(std::move(*value));
      }
      return Poll<Output>::ready(std::move(values_));
    }
    return pin_.pending();
  }

 private:
  std::size_t n_;
  std::vector<std::optional<F>> futures_;  // empty ones have finished
  Output values_;
  std::vector<std::optional<OutputOf<F>>> values_at_;
};

template <Future F>
FirstN<F> first_n(std::size_t n, std::vector<F> futures) {
  return FirstN<F>(n, std::move(futures));
}

}  // namespace book::exercise
