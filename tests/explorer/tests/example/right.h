// Gives one value from a thread to another.
#pragma once

#include <atomic>

class HandOver {
 public:
  void give(int value) {
    value_ = value;
    full_.store(true, std::memory_order_release);
    full_.notify_one();
  }
  int take() {
    full_.wait(false, std::memory_order_acquire);
    return value_;
  }

 private:
  int value_ = 0;
  std::atomic<bool> full_{false};
};
