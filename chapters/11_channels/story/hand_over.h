// HandOver: a channel that takes the tempting shortcut. Does somebody wait for an item? Then give
// it to that one, straight into the hands, instead of into the queue and out again. It is quicker,
// and it loses items: part 4 of the program. Do not build it.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "common/future.h"

namespace book::story {

class HandOver {
  struct Hands {
    std::optional<int> item;
    Waker waker;
  };

 public:
  /// One receive: it waits with open hands.
  class Receive : PinnedOncePolled {
   public:
    using Output = std::optional<int>;
    explicit Receive(HandOver& channel) : channel_(&channel) {}
    Receive(Receive&&) = default;
    Receive& operator=(Receive&&) = delete;
    ~Receive() {
      if (channel_->waiting_ == &hands_) channel_->waiting_ = nullptr;
      // And what is in the hands by now? It goes with them.
    }

    Poll<Output> poll(Context& cx) {
      pin_.enter();
      if (!hands_.item && !channel_->queue_.empty()) {
        hands_.item = channel_->queue_.front();
        channel_->queue_.pop_front();
      }
      if (hands_.item || channel_->ended_) return Poll<Output>::ready(hands_.item);
      cx.store(hands_.waker, "an item, in its hands");
      channel_->waiting_ = &hands_;
      return pin_.pending();
    }

   private:
    HandOver* channel_;
    Hands hands_;
  };

  void send(int item) {
    if (Hands* hands = std::exchange(waiting_, nullptr)) {
      hands->item = item;
      std::move(hands->waker).wake();
    } else {
      queue_.push_back(item);
    }
  }
  void end() {
    ended_ = true;
    if (Hands* hands = std::exchange(waiting_, nullptr)) std::move(hands->waker).wake();
  }
  Receive receive() { return Receive(*this); }

 private:
  std::deque<int> queue_;
  Hands* waiting_ = nullptr;
  bool ended_ = false;
};

}  // namespace book::story
