// Two loops that run one future to its end: the smallest executors there are.
//
//     run_spinning:   poll, poll, poll, poll, poll, poll ...            a busy thread
//     run_sleeping:   poll, sleep until wake is called, poll ...        an idle one
//
// Chapter 01 explains them; 04_io_executor has the one that the rest of the book uses.
#pragma once

#include <stdexcept>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/reactor/reactor.h"
#include "common/trace.h"

namespace book::simple {

/// What a loop hands back: the value, and what it took to get it.
template <class T>
struct Run {
  T value;
  int polls = 0;   ///< how often the future was asked
  int sleeps = 0;  ///< how often the loop went to sleep
  int wakes = 0;   ///< how often wake was called
};

namespace detail {

/// A plain function carries no data, so all that it can reach is something that everybody can
/// reach. For the loops of this thread that is this counter.
inline thread_local int wake_calls = 0;

inline void wake_this_thread() { ++wake_calls; }

/// One poll, between its two lines of the trace.
template <SimpleFuture F>
Poll<OutputOf<F>> traced_poll(F& future, Wake wake) {
  if (!trace::enabled()) return future.poll(wake);
  const void* name = reinterpret_cast<const void*>(wake);
  trace::poll_begin(name);
  try {
    Poll<OutputOf<F>> answer = future.poll(wake);
    trace::poll_end(name, answer.is_ready() ? trace::Outcome::ready : trace::Outcome::pending);
    return answer;
  } catch (...) {
    trace::poll_end(name, trace::Outcome::threw);
    throw;
  }
}

}  // namespace detail

/// Asks again and again until the future is ready. Right, and a waste: it ignores wake.
template <SimpleFuture F>
Run<OutputOf<F>> run_spinning(F&& future) {
  const int before = detail::wake_calls;
  for (int polls = 1;; ++polls) {
    Poll<OutputOf<F>> answer = detail::traced_poll(future, detail::wake_this_thread);
    if (answer.is_ready()) {
      return {std::move(answer).value(), polls, 0, detail::wake_calls - before};
    }
  }
}

/// Asks once, then sleeps in the current reactor until wake is called, and asks again. Throws
/// std::logic_error when it is about to sleep and the reactor has nothing left that could call it.
template <SimpleFuture F>
Run<OutputOf<F>> run_sleeping(F&& future) {
  Reactor& reactor = Reactor::current();
  const int before = detail::wake_calls;
  int sleeps = 0;
  for (int polls = 1;; ++polls) {
    const int seen = detail::wake_calls;  // before the poll: a wake during the poll counts
    Poll<OutputOf<F>> answer = detail::traced_poll(future, detail::wake_this_thread);
    if (answer.is_ready()) {
      return {std::move(answer).value(), polls, sleeps, detail::wake_calls - before};
    }
    while (detail::wake_calls == seen) {
      if (reactor.waiting().nothing()) {
        throw std::logic_error(
            "the future is pending, but nobody has its wake function: "
            "this loop would sleep forever");
      }
      reactor.wait();
      ++sleeps;
    }
  }
}

}  // namespace book::simple
