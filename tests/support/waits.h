// A future that waits until a test opens it, and shows the test what became of it: for tests that
// look at one task of a whole executor, which takes the future away.
#pragma once

#include <memory>
#include <utility>

#include "common/future.h"

namespace book::test {

/// What a test sees of a future that waits until `open`.
struct Seen {
  bool open = false;
  int polls = 0;
  Waker waker = {};
};

class Waits {
 public:
  using Output = void;
  explicit Waits(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  Poll<void> poll(Context& cx) {
    ++seen_->polls;
    if (seen_->open) return Poll<void>::ready();
    seen_->waker = cx.waker();
    return pending;
  }

 private:
  std::shared_ptr<Seen> seen_;
};

}  // namespace book::test
