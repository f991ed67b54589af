// A coroutine with nothing behind it but the standard: no future, no waker, no executor. It stops
// where it says co_await, and goes on when somebody says so. Chapter 05 begins with it.
//
//      Recital --- handle ---> frame, on the heap:  promise | parameters | locals | where it stands
#pragma once

#include <fmt/format.h>

#include <coroutine>
#include <utility>

namespace book::story {

/// What the caller of such a coroutine gets: a handle to its frame. It owns the frame.
class Recital {
 public:
  /// The compiler looks for this name. It puts one of these into every frame, and asks it what to
  /// do at each turn of the coroutine's life.
  struct promise_type {
    Recital get_return_object() noexcept { return Recital(Frame::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }  // stop before the first line
    std::suspend_always final_suspend() noexcept { return {}; }    // and after the last
    void return_void() noexcept {}
    void unhandled_exception() { throw; }  // out of resume()
  };

  Recital(Recital&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Recital& operator=(Recital&&) = delete;
  ~Recital() {
    if (frame_) frame_.destroy();
  }

  /// Runs on to the next stop. False at the last one: the coroutine has ended.
  bool go_on() {
    frame_.resume();
    return !frame_.done();
  }

 private:
  using Frame = std::coroutine_handle<promise_type>;
  explicit Recital(Frame frame) noexcept : frame_(frame) {}

  Frame frame_;
};

inline Recital recite(int verses) {
  for (int verse = 1; verse <= verses; ++verse) {
    fmt::print("   verse {}\n", verse);
    co_await std::suspend_always();
  }
  fmt::print("   applause\n");
}

}  // namespace book::story
