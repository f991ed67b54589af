#include "12_sync/mutex.h"

#include <stdexcept>

namespace book::detail {

const LockWords kMutexWords{
    .lock = "a Mutex",
    .waits = "a mutex",
    .held = "a mutex that was locked in line",
    .handed = "a mutex, handed to a future which has to be polled to take it, made in line",
    .behind = "a mutex that was locked in line",
};

void refuse_empty_guard() {
  throw std::logic_error("this guard was moved from, or never had a lock");
}

}  // namespace book::detail
