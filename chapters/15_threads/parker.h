// Parker: a place for one thread to sleep, until another one wakes it. An unpark that comes first
// is kept: the next park returns at once.
#pragma once

#include <condition_variable>
#include <mutex>

#include "common/clock.h"

namespace book {

class Parker {
 public:
  /// From any thread.
  void unpark() noexcept;
  void park() noexcept;
  /// False when the time has passed.
  bool park_for(Duration limit) noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable unparked_;
  bool is_unparked_ = false;  // guarded by mutex_
};

}  // namespace book
