// Mutex<T>: a value that one task at a time may use, and across any co_await.
//
//     Mutex<Account> account(100);
//     ...
//     {
//       const Guard<Account> guard = co_await account.lock();    // waits, and holds up no thread
//       co_await log(guard->balance());                          // no other task gets in between
//       guard->withdraw(70);
//     }                                                          // ~Guard: the next one's turn
//
// Mutex<> protects no value but a piece of work. Where nothing is awaited in between, a std::mutex
// is right, and cheaper. Chapter 12 explains it; who waits is in permit_core.h.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "12_sync/lock_value.h"
#include "12_sync/permit_core.h"
#include "common/future.h"

namespace book {

template <class T>
class Mutex;

namespace detail {
extern const LockWords kMutexWords;
struct LockOwnedFn;
}  // namespace detail

/// The mutex is locked as long as this lives. It may be moved, to another thread, too. One that was
/// moved from is none, and throws std::logic_error when it is used.
template <class T>
class [[nodiscard]] Guard {
 public:
  Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
  Guard& operator=(Guard&&) = delete;
  ~Guard() {
    if (mutex_) mutex_->core_.give_back(1);
  }

  std::add_lvalue_reference_t<T> operator*() const requires(!std::is_void_v<T>) {
    return *detail::lock_of(mutex_).value_.get();
  }
  T* operator->() const requires(!std::is_void_v<T>) {
    return detail::lock_of(mutex_).value_.get();
  }

 private:
  friend class Mutex<T>;
  template <class>
  friend class Lock;
  explicit Guard(Mutex<T>& mutex) noexcept : mutex_(&mutex) {}

  Mutex<T>* mutex_;
};

/// What mutex.lock() gives: a future of a Guard. It borrows the mutex. Dropped while it waits, it
/// leaves its place, or the mutex if that has been handed to it, to the next.
template <class T>
class [[nodiscard]] Lock : PinnedOncePolled {
 public:
  using Output = Guard<T>;

  Lock(Lock&&) = default;
  Lock& operator=(Lock&&) = delete;
  ~Lock() { mutex_->core_.leave(claim_); }

  Poll<Guard<T>> poll(Context& cx) {
    pin_.enter();
    const auto answer = mutex_->core_.poll(claim_, cx, detail::kMutexWords);
    if (answer == detail::PermitCore::Answer::pending) return pin_.pending();
    return Guard<T>(*mutex_);
  }

 private:
  friend class Mutex<T>;
  Lock(Mutex<T>& mutex, detail::Line line) noexcept : mutex_(&mutex), claim_(1, line) {}

  Mutex<T>* mutex_;
  detail::PermitCore::Claim claim_;
};

/// All may be called from any thread. It must outlive its guard and the tasks that wait: else one
/// line on stderr, and std::terminate.
template <class T = void>
class Mutex {
 public:
  /// Makes the value.
  template <class... Args>
  requires detail::MadeOf<T, Args...>
  explicit Mutex(Args&&... args) : value_(std::in_place, std::forward<Args>(args)...) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() { core_.check_unused(detail::kMutexWords); }

  /// A future of the guard. First come, first served: an unlock hands the mutex to the task that
  /// has waited longest.
  [[nodiscard]] Lock<T> lock(int line = __builtin_LINE()) { return {*this, detail::Line(line)}; }
  /// The guard at once, or nothing: another task has it, or has been handed it.
  std::optional<Guard<T>> try_lock(int line = __builtin_LINE()) {
    if (!core_.try_take(1, detail::Line(line))) return std::nullopt;
    return Guard<T>(*this);
  }

 private:
  friend class Guard<T>;
  friend class Lock<T>;

  detail::PermitCore core_{1};
  [[no_unique_address]] detail::LockValue<T> value_;
};

/// A guard that keeps its mutex alive: for a task that may outlive the one that made the mutex.
template <class T>
class [[nodiscard]] OwnedGuard {
 public:
  OwnedGuard(OwnedGuard&&) noexcept = default;
  OwnedGuard& operator=(OwnedGuard&&) = delete;

  std::add_lvalue_reference_t<T> operator*() const requires(!std::is_void_v<T>) { return *guard_; }
  T* operator->() const requires(!std::is_void_v<T>) { return guard_.operator->(); }

 private:
  template <class>
  friend class LockOwned;
  OwnedGuard(std::shared_ptr<Mutex<T>> mutex, Guard<T> guard) noexcept
      : mutex_(std::move(mutex)), guard_(std::move(guard)) {}

  std::shared_ptr<Mutex<T>> mutex_;
  Guard<T> guard_;  // goes first
};

/// What lock_owned(mutex) gives: a future of an OwnedGuard.
template <class T>
class [[nodiscard]] LockOwned : PinnedOncePolled {
 public:
  using Output = OwnedGuard<T>;

  LockOwned(LockOwned&&) = default;
  LockOwned& operator=(LockOwned&&) = delete;
  ~LockOwned() = default;

  Poll<OwnedGuard<T>> poll(Context& cx) {
    pin_.enter();
    Poll<Guard<T>> guard = lock_.poll(cx);
    if (guard.is_pending()) return pin_.pending();
    return OwnedGuard<T>(mutex_, std::move(guard).value());
  }

 private:
  friend struct detail::LockOwnedFn;
  LockOwned(std::shared_ptr<Mutex<T>> mutex, int line)
      : mutex_(std::move(mutex)), lock_(detail::lock_of(mutex_.get()).lock(line)) {}

  std::shared_ptr<Mutex<T>> mutex_;
  Lock<T> lock_;  // goes first
};

namespace detail {
struct LockOwnedFn {
  /// A future of a guard that keeps the mutex alive, as the future itself does. Throws
  /// std::logic_error when there is none.
  template <class T>
  [[nodiscard]] LockOwned<T> operator()(std::shared_ptr<Mutex<T>> mutex,
                                        int line = __builtin_LINE()) const {
    return {std::move(mutex), line};
  }
};
}  // namespace detail
inline constexpr detail::LockOwnedFn lock_owned;

}  // namespace book
