// Semaphore: so many at a time, and no more.
//
//     Semaphore downloads(4);
//     ...
//     const Permit permit = co_await downloads.acquire();     // the fifth waits here
//     co_await download(page);
//                                                             // ~Permit: the next one's turn
//
// Chapter 12 explains it; the algorithm is in permit_core.h.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "12_sync/permit_core.h"
#include "common/future.h"

namespace book {

class Semaphore;

/// What acquire() throws when the semaphore has been closed.
class SemaphoreClosed : public std::runtime_error {
 public:
  SemaphoreClosed() : std::runtime_error("the semaphore has been closed") {}
};

/// Permits that one has: they go back when it is destroyed. It may be moved, to another thread,
/// too.
class [[nodiscard]] Permit {
 public:
  Permit(Permit&& other) noexcept
      : semaphore_(other.semaphore_), size_(std::exchange(other.size_, 0)) {}
  Permit& operator=(Permit&&) = delete;
  ~Permit();

  /// How many it holds; none, when it was moved from or forgotten.
  std::size_t size() const noexcept { return size_; }
  /// Makes two of it: the new one has `permits` of them. Nothing when it has not so many. Throws
  /// std::invalid_argument for 0.
  std::optional<Permit> split(std::size_t permits);
  /// Takes over those of `other`. Throws std::invalid_argument, and leaves both as they are, when
  /// they are permits of another semaphore.
  void merge(Permit&& other);
  /// They never go back: there are fewer of them from now on.
  void forget() noexcept;

 private:
  friend class Semaphore;
  friend class Acquire;
  using Count = detail::PermitCore::Count;
  Permit(Semaphore& semaphore, Count size) noexcept : semaphore_(&semaphore), size_(size) {}

  Semaphore* semaphore_;
  Count size_;
};

/// What semaphore.acquire(k) gives: a future of a Permit. Throws SemaphoreClosed. It borrows the
/// semaphore. Dropped while it waits, it leaves its place, and what it has been handed, to the
/// next.
class [[nodiscard]] Acquire : PinnedOncePolled {
 public:
  using Output = Permit;

  Acquire(Acquire&&) = default;
  Acquire& operator=(Acquire&&) = delete;
  ~Acquire();
  Poll<Permit> poll(Context& cx);

 private:
  friend class Semaphore;
  Acquire(Semaphore& semaphore, detail::PermitCore::Count permits, detail::Line line) noexcept
      : semaphore_(&semaphore), claim_(permits, line) {}

  Semaphore* semaphore_;
  detail::PermitCore::Claim claim_;
};

/// All may be called from any thread. It must outlive its permits and the tasks that wait: else one
/// line on stderr, and std::terminate.
class Semaphore {
 public:
  static constexpr std::size_t kMaxPermits = detail::PermitCore::kMaxPermits;

  /// With `permits` of them, and never more.
  explicit Semaphore(std::size_t permits) : Semaphore(permits, permits) {}
  /// With `permits` to begin with, and never more than `max`: one that waits for more than that, or
  /// adds more, has a mistake in it. Throws std::invalid_argument when permits > max, when max is 0
  /// or larger than kMaxPermits.
  Semaphore(std::size_t permits, std::size_t max);
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { core_.check_unused(kWords); }

  /// A future of `permits` permits, which it gets all at once. First come, first served: as long
  /// as it waits, no task that comes later gets any. Throws std::invalid_argument for 0, and for
  /// more than the semaphore will ever have.
  [[nodiscard]] Acquire acquire(std::size_t permits = 1, int line = __builtin_LINE()) {
    return {*this, checked(permits), detail::Line(line)};
  }
  /// Permits at once, or nothing: there are not so many, or others wait, or it is closed.
  std::optional<Permit> try_acquire(std::size_t permits = 1, int line = __builtin_LINE()) {
    const auto count = checked(permits);
    if (!core_.try_take(count, detail::Line(line))) return std::nullopt;
    return Permit(*this, count);
  }

  /// How many are free at this moment. While a task waits they are too few for it, and not to be
  /// had.
  std::size_t available() const noexcept { return core_.free(); }
  /// Makes more. Throws std::invalid_argument, and makes none, when there would be more than max.
  void add(std::size_t permits);
  /// Takes away up to so many of the free ones, for good, and gives how many that were.
  std::size_t forget(std::size_t permits) noexcept { return core_.take_away(permits); }

  /// From now on acquire() throws SemaphoreClosed, also in the tasks that wait. What has been
  /// acquired stays so.
  void close() { core_.close(); }
  bool is_closed() const noexcept { return core_.is_closed(); }

 private:
  friend class Permit;
  friend class Acquire;
  static const detail::LockWords kWords;
  detail::PermitCore::Count checked(std::size_t permits) const {
    if (permits == 0 || permits > max_) refuse(permits);
    return static_cast<detail::PermitCore::Count>(permits);
  }
  [[noreturn]] void refuse(std::size_t permits) const;

  detail::PermitCore core_;
  const detail::PermitCore::Count max_;
};

inline Permit::~Permit() {
  if (size_ > 0) semaphore_->core_.give_back(size_);
}

inline Acquire::~Acquire() { semaphore_->core_.leave(claim_); }

inline Poll<Permit> Acquire::poll(Context& cx) {
  using Answer = detail::PermitCore::Answer;
  pin_.enter();
  const Answer answer = semaphore_->core_.poll(claim_, cx, Semaphore::kWords);
  if (answer == Answer::pending) return pin_.pending();
  if (answer == Answer::closed) throw SemaphoreClosed();
  return Permit(*semaphore_, claim_.needs);
}

}  // namespace book
