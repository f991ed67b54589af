// AskEverybody: what join_all would be without woken_set.h. All children share the task's waker,
// which cannot say who fired it, so each wake asks everybody who has not finished.
//
//     n children, one wake each:   n + n + (n-1) + (n-2) + ... + 1   polls
//
// Chapter 07 counts them; use join_all.
#pragma once

#include <utility>
#include <vector>

#include "07_join/maybe_done.h"
#include "common/future.h"

namespace book::errands {

/// The values of all, in the order of the futures.
template <class F>
class [[nodiscard]] AskEverybody : PinnedOncePolled {
 public:
  using Output = std::vector<ValueOrMonostate<OutputOf<F>>>;

  explicit AskEverybody(std::vector<F> futures) {
    children_.reserve(futures.size());
    for (F& future : futures) children_.emplace_back(std::move(future));
  }

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    bool all = true;
    for (MaybeDone<F>& child : children_) all = child.poll(cx) && all;
    if (!all) return pin_.pending();

    Output values;
    values.reserve(children_.size());
    for (const MaybeDone<F>& child : children_) child.rethrow_if_failed();
    for (MaybeDone<F>& child : children_) values.push_back(child.take());
    return Poll<Output>::ready(std::move(values));
  }

 private:
  std::vector<MaybeDone<F>> children_;
};

}  // namespace book::errands
