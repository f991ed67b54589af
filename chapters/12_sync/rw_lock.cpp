#include "12_sync/rw_lock.h"

#include <stdexcept>

namespace book::detail {

const LockWords kReadWords{
    .lock = "an RwLock",
    .waits = "a read lock",
    .held = "a read lock; it was locked last in line",
    .handed = "a read lock, handed to a future which has to be polled to take it, made in line",
    .behind = "a read lock, behind a writer who waits, too; it was locked last in line",
};

const LockWords kWriteWords{
    .lock = "an RwLock",
    .waits = "a write lock",
    .held = "a write lock; it was locked last in line",
    .handed = "a write lock, handed to a future which has to be polled to take it, made in line",
    .behind = "a write lock; it was locked last in line",
};

PermitCore::Count checked_readers(std::size_t max_readers) {
  if (max_readers == 0 || max_readers > PermitCore::kMaxPermits)
    throw std::invalid_argument("RwLock: max_readers has to be at least 1, and a 32-bit number");
  return static_cast<PermitCore::Count>(max_readers);
}

}  // namespace book::detail
