// Probe: a SimpleFuture that does what the test says, and remembers what was done to it.
#pragma once

#include <optional>
#include <stdexcept>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple::test {

/// The test's end of a probe. It outlives the probe.
template <class T>
struct PanelOf {
  // what the test says
  std::optional<T> value = {};  ///< ready with it, once it is there
  bool throws = false;          ///< throw at the next poll
  bool forgives = false;        ///< answer even when it is polled after its end

  // what the probe tells
  int polls = 0;
  int alive = 0;             ///< 1 while it lives, 0 from then on
  Wake wake = nullptr;       ///< of the latest poll
  bool asked_again = false;  ///< polled after its end: a bug of the caller
};

template <class T>
class [[nodiscard]] ProbeOf : PinnedOncePolled {
 public:
  using Output = T;

  explicit ProbeOf(PanelOf<T>& panel) : panel_(&panel) { ++panel.alive; }
  ProbeOf(ProbeOf&& other)
      : PinnedOncePolled(std::move(other)), panel_(std::exchange(other.panel_, nullptr)) {}
  ProbeOf& operator=(ProbeOf&&) = delete;
  ~ProbeOf() {
    if (panel_) --panel_->alive;
  }

  Poll<T> poll(Wake wake) {
    ++panel_->polls;
    panel_->wake = wake;
    panel_->asked_again = panel_->asked_again || pin_.is_finished();
    if (!panel_->forgives) pin_.enter();
    if (panel_->throws) throw std::runtime_error("the probe was told to throw");
    if (panel_->value) {
      if (panel_->forgives && !pin_.is_finished()) pin_.enter();
      return *panel_->value;
    }
    return pin_.pending();
  }

 private:
  PanelOf<T>* panel_;
};

using Panel = PanelOf<int>;
using Probe = ProbeOf<int>;

/// Does the move constructor throw std::logic_error, as it must once the future was polled?
template <class F>
bool refuses_to_move(F& future) {
  try {
    F moved(std::move(future));
    return false;
  } catch (const std::logic_error&) {
    return true;
  }
}

/// A wake function that counts its calls. A plain function, so the counter is everybody's.
inline int bell_count = 0;
inline void bell() { ++bell_count; }

/// And another one.
inline int gong_count = 0;
inline void gong() { ++gong_count; }

}  // namespace book::simple::test
