#include "12_sync/semaphore.h"

#include <fmt/format.h>

namespace book {

const detail::LockWords Semaphore::kWords{
    .lock = "a Semaphore",
    .waits = "permits of a semaphore",
    .held = "permits of a semaphore, of which the latest were taken in line",
    .handed =
        "permits of a semaphore, handed to a future which has to be polled to take them, made in "
        "line",
    .behind = "permits of a semaphore, behind one that needs more; the latest were taken in line",
};

namespace {

detail::PermitCore::Count checked_start(std::size_t permits, std::size_t max) {
  if (max == 0) {
    throw std::invalid_argument(
        "Semaphore: one without permits, and without a max, will never have any");
  }
  if (max > Semaphore::kMaxPermits)
    throw std::invalid_argument("Semaphore: max is more than kMaxPermits");
  if (permits > max) {
    throw std::invalid_argument(fmt::format(
        "Semaphore: {} permits to begin with are more than its max of {}", permits, max));
  }
  return static_cast<detail::PermitCore::Count>(permits);
}

}  // namespace

Semaphore::Semaphore(std::size_t permits, std::size_t max)
    : core_(checked_start(permits, max)), max_(static_cast<detail::PermitCore::Count>(max)) {}

void Semaphore::refuse(std::size_t permits) const {
  if (permits == 0) throw std::invalid_argument("acquire: no permit at all is none to wait for");
  throw std::invalid_argument(
      fmt::format("acquire: {} permits are more than the semaphore will ever have, which is {}",
                  permits, max_));
}

void Semaphore::add(std::size_t permits) {
  if (core_.add(permits, max_)) return;
  throw std::invalid_argument(
      fmt::format("Semaphore: {} more would make it more than its max of {}", permits, max_));
}

std::optional<Permit> Permit::split(std::size_t permits) {
  if (permits == 0) throw std::invalid_argument("split: no permit at all");
  if (permits > size_) return std::nullopt;
  const auto part = static_cast<Count>(permits);
  size_ -= part;
  return Permit(*semaphore_, part);
}

void Permit::merge(Permit&& other) {
  if (&other == this) return;
  if (other.semaphore_ != semaphore_)
    throw std::invalid_argument("merge: these are permits of another semaphore");
  size_ += std::exchange(other.size_, 0);
}

void Permit::forget() noexcept {
  if (size_ > 0) semaphore_->core_.never_back(std::exchange(size_, 0));
}

}  // namespace book
