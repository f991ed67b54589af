// Exercise 3: two channels, one stream: what is urgent comes first.
//
//     urgent  ! ! !  --+
//                      +--> ! ! ! . .
//     normal  . .    --+
//
//   - An urgent item comes before a normal one, as often as both are there.
//   - But not forever: of eight items one is normal, if there is one. After seven urgent ones in a
//     row it is the other's turn.
//   - No item is lost: one that was not given stays in its channel.
//   - It ends when both have ended. (A Receiver that has ended may be polled again: it says so
//     again.)
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
    // TODO: nobody looks at the normal ones.
    return urgent_.poll_next(cx);
  }

 private:
  Receiver<T> urgent_, normal_;
};

}  // namespace book::exercise
