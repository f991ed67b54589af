// Exercise 4: fanout. One answer.
//
//     iter(readings) | forward(fanout(screen, file))      every reading goes to both
//
// A sink that passes each item on to two others. It borrows both.
#pragma once

#include <utility>

#include "09_streams/sink.h"

namespace book::exercise {

template <class A, class B>
class Fanout {
 public:
  Fanout(A& a, B& b) : a_(a), b_(b) {}

  /// Room for one item: at both.
  Poll<void> poll_ready(Context& cx) {
    const Poll<void> a = a_.poll_ready(cx), b = b_.poll_ready(cx);
    return both(a, b);
  }

  template <class T>
  void start_send(T item) {
    a_.start_send(T(item));
    b_.start_send(std::move(item));
  }

  Poll<void> poll_flush(Context& cx) {
    const Poll<void> a = a_.poll_flush(cx), b = b_.poll_flush(cx);
    return both(a, b);
  }

  /// A sink is closed once. After that it is not asked again.
  Poll<void> poll_close(Context& cx) {
    if (!a_closed_) a_closed_ = a_.poll_close(cx).is_ready();
    if (!b_closed_) b_closed_ = b_.poll_close(cx).is_ready();
    return a_closed_ && b_closed_ ? Poll<void>::ready() : Poll<void>(pending);
  }

 private:
  static Poll<void> both(const Poll<void>& a, const Poll<void>& b) {
    return a.is_ready() && b.is_ready() ? Poll<void>::ready() : Poll<void>(pending);
  }

  A& a_;
  B& b_;
  bool a_closed_ = false, b_closed_ = false;
};

template <class A, class B>
Fanout<A, B> fanout(A& a, B& b) {
  return {a, b};
}

}  // namespace book::exercise
