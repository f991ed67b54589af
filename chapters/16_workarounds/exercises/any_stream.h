// Exercise 3: a box for any stream, with virtual functions, and with a door at the back.
//
//     AnyStream<int> numbers(iter(some));
//     numbers.replace(AnyStream<int>(ticks()));     // from now on: ticks
//
//   - AnyStream<T> is a Stream of T, whatever type of stream is in it. It is moved, and not copied.
//   - What is in it goes at once when it has ended, or has thrown. From then on there are no items,
//     however often one asks, and what was in it is never polled again.
//   - replace() puts another stream in its place. The old one goes at once. A task that waits for
//     the next item waits for the new one from now on: it has to be woken, for only a poll can tell
//     the new stream who waits.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "09_streams/stream_step.h"
#include "common/stream.h"
#include "common/waker.h"

namespace book::exercise {

template <class T>
class AnyStream {
 public:
  using Item = T;

  template <Stream S>
  requires(!std::is_same_v<S, AnyStream>) explicit AnyStream(S stream) {
    // TODO: keep it. A base class with a virtual poll_next, and a template derived from it?
    (void)stream;
  }

  PollItem<T> poll_next(Context& cx) {
    // TODO: this one has ended.
    (void)cx;
    return PollItem<T>::ready();
  }

  bool is_terminated() const noexcept { return true; }

  void replace(AnyStream other) {
    // TODO
    (void)other;
  }
};

}  // namespace book::exercise
