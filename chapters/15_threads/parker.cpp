#include "15_threads/parker.h"

namespace book {

void Parker::unpark() noexcept {
  const std::lock_guard lock(mutex_);
  is_unparked_ = true;
  unparked_.notify_one();
}

void Parker::park() noexcept {
  std::unique_lock lock(mutex_);
  while (!is_unparked_) unparked_.wait(lock);
  is_unparked_ = false;
}

bool Parker::park_for(Duration limit) noexcept {
  std::unique_lock lock(mutex_);
  if (!unparked_.wait_for(lock, limit, [this] { return is_unparked_; })) return false;
  is_unparked_ = false;
  return true;
}

}  // namespace book
