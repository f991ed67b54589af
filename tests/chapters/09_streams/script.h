// Script: a stream that does what a test writes down, and a remote control for it.
//
//     auto [stream, control] = script<int>({1, Wait{}, 2});   // 1, then pending until
//     control.open();                                         // this, then 2 and the end
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "09_streams/stream_step.h"

namespace book::test {

struct Wait {};     ///< pending, until the control opens it
struct Breathe {};  ///< pending once, having woken its own task
struct Fail {};     ///< throws std::runtime_error("the source failed")

template <class T>
using Step = std::variant<T, Wait, Breathe, Fail>;

template <class T>
struct ScriptState {
  std::deque<Step<T>> steps;
  Waker waiter;
  int polls = 0;
  int polls_after_the_end = 0;
  bool ended = false;
  bool dropped = false;
};

template <class T>
class Script {
 public:
  using Item = T;
  explicit Script(std::shared_ptr<ScriptState<T>> state) : state_(std::move(state)) {}
  Script(Script&&) = default;
  ~Script() {
    if (!state_) return;
    state_->waiter = Waker();
    state_->steps.clear();
    state_->dropped = true;
  }

  PollItem<T> poll_next(Context& cx) {
    ++state_->polls;
    if (state_->ended) ++state_->polls_after_the_end;
    if (state_->steps.empty()) {
      state_->ended = true;
      return PollItem<T>::ready();
    }
    Step<T>& step = state_->steps.front();
    if (std::holds_alternative<Wait>(step)) {
      cx.store(state_->waiter, "the script's next page");
      return pending;
    }
    if (std::holds_alternative<Breathe>(step)) {
      state_->steps.pop_front();
      cx.waker().wake_by_ref();
      return pending;
    }
    if (std::holds_alternative<Fail>(step)) {
      state_->steps.clear();
      state_->ended = true;
      throw std::runtime_error("the source failed");
    }
    PollItem<T> item = PollItem<T>::ready(std::in_place, std::get<T>(std::move(step)));
    state_->steps.pop_front();
    return item;
  }

 private:
  std::shared_ptr<ScriptState<T>> state_;
};

template <class T>
struct Control {
  std::shared_ptr<ScriptState<T>> state;

  /// Passes the Wait that the stream stands at. Harmless otherwise.
  void open() const {
    if (!state->steps.empty() && std::holds_alternative<Wait>(state->steps.front())) {
      state->steps.pop_front();
      std::exchange(state->waiter, {}).wake();
    }
  }
};

template <class T>
struct Scripted {
  Script<T> stream;
  Control<T> control;
};

template <class T>
Scripted<T> script(std::deque<Step<T>> steps) {
  auto state = std::make_shared<ScriptState<T>>();
  state->steps = std::move(steps);
  return {Script<T>(state), {state}};
}

/// Polls a stream or a future by hand, with a waker that counts for nothing.
struct Hand {
  Waker waker = Waker::noop();
  Context cx{waker};

  template <class S>
  bool is_pending(S& stream) {
    return stream.poll_next(cx).is_pending();
  }
  /// The next item of a stream that has one ready, or is at its end.
  template <class S>
  std::optional<ItemOf<S>> take(S& stream) {
    return stream.poll_next(cx).value();
  }
};

}  // namespace book::test
