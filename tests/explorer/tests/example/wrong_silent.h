// Wakes the taker only if the taker has not slept yet.
#pragma once

#include <atomic>

class HandOver {
 public:
  void give(int value) {
    value_ = value;
    full_.store(true, std::memory_order_release);
  }
  int take() {
    full_.wait(false, std::memory_order_acquire);
    return value_;
  }

 private:
  int value_ = 0;
  std::atomic<bool> full_{false};
};
