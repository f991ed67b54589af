// Exercise 4: fanout.
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

  // TODO: b_ hears of nothing. sink.h says what each of the four means. For two sinks: what is room
  // for one item? Who gets the copy? Which of them may be asked to close when one has closed?

  Poll<void> poll_ready(Context& cx) { return a_.poll_ready(cx); }

  template <class T>
  void start_send(T item) {
    a_.start_send(std::move(item));
  }

  Poll<void> poll_flush(Context& cx) { return a_.poll_flush(cx); }

  Poll<void> poll_close(Context& cx) { return a_.poll_close(cx); }

 private:
  A& a_;
  [[maybe_unused]] B& b_;
};

template <class A, class B>
Fanout<A, B> fanout(A& a, B& b) {
  return {a, b};
}

}  // namespace book::exercise
