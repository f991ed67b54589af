// RwLock<T>: a value that many tasks may read, or one may change, and across any co_await.
//
//     RwLock<Prices> prices;
//     { const auto guard = co_await prices.read();  show(*guard); }       // any number of these
//     { const auto guard = co_await prices.write(); guard->update(); }    // or one of these
//
// First come, first served: a writer that waits lets no later reader pass, or it might wait
// forever. So a task that has a read guard must not ask for a second one: a writer may have come in
// between. Chapter 12 explains it. A reader takes one permit, a writer all: permit_core.h.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "12_sync/lock_value.h"
#include "12_sync/permit_core.h"
#include "common/future.h"

namespace book {

template <class T>
class RwLock;

struct RwLockOptions {
  /// How many may read at the same time.
  std::size_t max_readers = detail::PermitCore::kMaxPermits;
};

namespace detail {
extern const LockWords kReadWords;
extern const LockWords kWriteWords;
/// Throws std::invalid_argument for 0, and for more than there can be.
PermitCore::Count checked_readers(std::size_t max_readers);
}  // namespace detail

/// No task changes the value as long as this lives. It may be moved, to another thread, too. One
/// that was moved from is none, and throws std::logic_error when it is used.
template <class T>
class [[nodiscard]] ReadGuard {
 public:
  ReadGuard(ReadGuard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
  ReadGuard& operator=(ReadGuard&&) = delete;
  ~ReadGuard() {
    if (lock_) lock_->core_.give_back(1);
  }

  const T& operator*() const { return detail::lock_of(lock_).value_; }
  const T* operator->() const { return &detail::lock_of(lock_).value_; }

 private:
  template <class>
  friend class RwLock;
  template <class>
  friend class ReadLock;
  template <class>
  friend class WriteGuard;
  explicit ReadGuard(RwLock<T>& lock) noexcept : lock_(&lock) {}

  RwLock<T>* lock_;
};

/// No other task reads or changes the value as long as this lives. Else as a ReadGuard.
template <class T>
class [[nodiscard]] WriteGuard {
 public:
  WriteGuard(WriteGuard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
  WriteGuard& operator=(WriteGuard&&) = delete;
  ~WriteGuard() {
    if (lock_) lock_->core_.give_back(lock_->max_readers_);
  }

  T& operator*() const { return detail::lock_of(lock_).value_; }
  T* operator->() const { return &detail::lock_of(lock_).value_; }

  /// From writing to reading: other readers may come in, but no writer in between.
  ReadGuard<T> downgrade() && {
    RwLock<T>& lock = detail::lock_of(std::exchange(lock_, nullptr));
    ReadGuard<T> reading(lock);
    if (lock.max_readers_ > 1) lock.core_.give_back(lock.max_readers_ - 1);
    return reading;
  }

 private:
  template <class>
  friend class RwLock;
  template <class>
  friend class WriteLock;
  explicit WriteGuard(RwLock<T>& lock) noexcept : lock_(&lock) {}

  RwLock<T>* lock_;
};

/// What lock.read() gives: a future of a ReadGuard. It borrows the lock. Dropped while it waits, it
/// leaves its place, or what it has been handed, to the next.
template <class T>
class [[nodiscard]] ReadLock : PinnedOncePolled {
 public:
  using Output = ReadGuard<T>;

  ReadLock(ReadLock&&) = default;
  ReadLock& operator=(ReadLock&&) = delete;
  ~ReadLock() { lock_->core_.leave(claim_); }

  Poll<ReadGuard<T>> poll(Context& cx) {
    pin_.enter();
    const auto answer = lock_->core_.poll(claim_, cx, detail::kReadWords);
    if (answer == detail::PermitCore::Answer::pending) return pin_.pending();
    return ReadGuard<T>(*lock_);
  }

 private:
  friend class RwLock<T>;
  ReadLock(RwLock<T>& lock, detail::Line line) noexcept : lock_(&lock), claim_(1, line) {}

  RwLock<T>* lock_;
  detail::PermitCore::Claim claim_;
};

/// What lock.write() gives: a future of a WriteGuard. Else as a ReadLock.
template <class T>
class [[nodiscard]] WriteLock : PinnedOncePolled {
 public:
  using Output = WriteGuard<T>;

  WriteLock(WriteLock&&) = default;
  WriteLock& operator=(WriteLock&&) = delete;
  ~WriteLock() { lock_->core_.leave(claim_); }

  Poll<WriteGuard<T>> poll(Context& cx) {
    pin_.enter();
    const auto answer = lock_->core_.poll(claim_, cx, detail::kWriteWords);
    if (answer == detail::PermitCore::Answer::pending) return pin_.pending();
    return WriteGuard<T>(*lock_);
  }

 private:
  friend class RwLock<T>;
  WriteLock(RwLock<T>& lock, detail::Line line) noexcept
      : lock_(&lock), claim_(lock.max_readers_, line) {}

  RwLock<T>* lock_;
  detail::PermitCore::Claim claim_;
};

/// All may be called from any thread. It must outlive its guards and the tasks that wait: else one
/// line on stderr, and std::terminate.
template <class T>
class RwLock {
  static_assert(std::is_object_v<T>, "without a value there is nothing to read: Mutex<>");

 public:
  /// Makes the value.
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  explicit RwLock(Args&&... args) : RwLock(RwLockOptions{}, std::forward<Args>(args)...) {}
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  explicit RwLock(RwLockOptions options, Args&&... args)
      : max_readers_(detail::checked_readers(options.max_readers)),
        value_(std::forward<Args>(args)...) {}
  RwLock(const RwLock&) = delete;
  RwLock& operator=(const RwLock&) = delete;
  ~RwLock() { core_.check_unused(detail::kReadWords); }

  [[nodiscard]] ReadLock<T> read(int line = __builtin_LINE()) {
    return {*this, detail::Line(line)};
  }
  [[nodiscard]] WriteLock<T> write(int line = __builtin_LINE()) {
    return {*this, detail::Line(line)};
  }
  /// A guard at once, or nothing: the tasks that wait come first, also a writer before a reader.
  std::optional<ReadGuard<T>> try_read(int line = __builtin_LINE()) {
    if (!core_.try_take(1, detail::Line(line))) return std::nullopt;
    return ReadGuard<T>(*this);
  }
  std::optional<WriteGuard<T>> try_write(int line = __builtin_LINE()) {
    if (!core_.try_take(max_readers_, detail::Line(line))) return std::nullopt;
    return WriteGuard<T>(*this);
  }

 private:
  friend class ReadGuard<T>;
  friend class WriteGuard<T>;
  friend class ReadLock<T>;
  friend class WriteLock<T>;

  const detail::PermitCore::Count max_readers_;
  detail::PermitCore core_{max_readers_};
  T value_;
};

}  // namespace book
