// Countdown: a stream written by hand, and the same one as a coroutine.
//
//     Countdown(3)   poll_next ->  3,  2,  1,  no item: the end
//
// A stream is a future that you may ask again.
#pragma once

#include <optional>

#include "09_streams/generator.h"
#include "09_streams/stream_step.h"

namespace book {

class Countdown {
 public:
  using Item = int;

  explicit Countdown(int from) : left_(from) {}

  PollItem<int> poll_next(Context&) {
    if (left_ <= 0) return PollItem<int>::ready();        // the end
    return PollItem<int>::ready(std::in_place, left_--);  // an item; ask again
  }

 private:
  int left_;
};

/// What the compiler writes of it for you.
inline AsyncStream<int> countdown(int from) {
  for (int left = from; left > 0; --left) co_yield left;
}

}  // namespace book
