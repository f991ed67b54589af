// BorrowedWaker: a waker for the length of one poll. It owns nothing: it is not counted when it is
// made, and not dropped when it goes. A future that has to wait clones it, as any waker. The
// executor of chapter 04 polls its tasks with one, a join of chapter 07 its children.
#pragma once

#include "common/waker.h"

namespace book {

class BorrowedWaker {
 public:
  BorrowedWaker(void* data, const WakerVTable* vtable) noexcept : waker_(data, vtable) {}
  BorrowedWaker(const BorrowedWaker&) = delete;
  BorrowedWaker& operator=(const BorrowedWaker&) = delete;
  ~BorrowedWaker() {}

  const Waker& get() const noexcept { return waker_; }

 private:
  union {
    Waker waker_;  // never destroyed: it owns nothing
  };
};

}  // namespace book
