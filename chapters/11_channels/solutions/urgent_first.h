// Exercise 3, solved: two channels, one stream: what is urgent comes first.
//
//     urgent  ! ! !  --+
//                      +--> ! ! ! . .
//     normal  . .    --+
//
// The two are asked in an order, and the second only when the first has nothing: so no item is ever
// out of its channel without being given.
#pragma once

#include <utility>

#include "09_streams/stream_step.h"
#include "11_channels/mpsc.h"

namespace book::exercise {

template <class T>
class UrgentFirst {
 public:
  using Item = T;
  UrgentFirst(Receiver<T> urgent, Receiver<T> normal)
      : urgent_(std::move(urgent)), normal_(std::move(normal)) {}

  PollItem<T> poll_next(Context& cx) {
    const bool others_turn = in_a_row_ == kInARow;
    Receiver<T>& first = others_turn ? normal_ : urgent_;
    Receiver<T>& second = others_turn ? urgent_ : normal_;
    PollItem<T> item = first.poll_next(cx);
    if (gives(item)) return given(std::move(item), others_turn);
    PollItem<T> other = second.poll_next(cx);
    if (gives(other)) return given(std::move(other), !others_turn);
    if (item.is_pending() || other.is_pending()) return pending;
    return item;  // both have ended
  }

 private:
  static constexpr int kInARow = 7;

  static bool gives(PollItem<T>& item) { return item.is_ready() && item.value().has_value(); }
  PollItem<T> given(PollItem<T> item, bool normal) {
    if (normal) {
      in_a_row_ = 0;
    } else if (in_a_row_ < kInARow) {
      ++in_a_row_;
    }
    return item;
  }

  Receiver<T> urgent_, normal_;
  int in_a_row_ = 0;  // urgent ones
};

}  // namespace book::exercise
