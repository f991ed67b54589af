// SoloAtomic: an atomic word that costs what a plain one does, as long as the process has one
// thread.
//
// A read-modify-write that another thread may interrupt locks the word's cache line, even when no
// other thread wants it. A woken task passes one after the other on its way from the reactor to its
// poll. A process that has only one thread needs none of these locks. (See it in peer_bench:
// yield_1 and spawn_one for the state of a task; and in tests/bench/http_load.py, whose every
// request passes the entry of a descriptor and the slot of a waker. New words are std::atomic,
// unless a line of a bench says otherwise.)
//
//     one thread, so far      load, store               the two steps of a plain `+=`
//     there is another        fetch_add                 one step, for all threads
//
// Why nothing is lost at the change from the first line to the second: a thread is started by this
// one, which is then not in the middle of such a step; and what was done before a thread starts is
// seen by it. The C library says how many threads there are, and never takes it back. (The standard
// library's shared_ptr counts in the same way.) A signal handler is no thread, but can come in the
// middle: it must keep its hands off these words. Ours do (chapter 13).
#pragma once

#include <atomic>
#include <concepts>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace book {

/// Has this process had one thread only? From false it never goes back to true.
[[nodiscard]] inline bool only_one_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

/// What std::atomic is, apart from the operators; the memory orders always have to be said.
template <class T>
class SoloAtomic {
 public:
  constexpr SoloAtomic() noexcept = default;
  constexpr explicit(false) SoloAtomic(T value) noexcept : word_(value) {}
  SoloAtomic(const SoloAtomic&) = delete;
  SoloAtomic& operator=(const SoloAtomic&) = delete;

  T load(std::memory_order order) const noexcept { return word_.load(order); }
  void store(T value, std::memory_order order) noexcept { word_.store(value, order); }

  T exchange(T value, std::memory_order order) noexcept {
    return only_one_thread() ? put(value) : word_.exchange(value, order);
  }
  T fetch_add(T n, std::memory_order order) noexcept requires std::integral<T> {
    return only_one_thread() ? put(static_cast<T>(here() + n)) : word_.fetch_add(n, order);
  }
  T fetch_sub(T n, std::memory_order order) noexcept requires std::integral<T> {
    return only_one_thread() ? put(static_cast<T>(here() - n)) : word_.fetch_sub(n, order);
  }
  T fetch_or(T bits, std::memory_order order) noexcept requires std::integral<T> {
    return only_one_thread() ? put(static_cast<T>(here() | bits)) : word_.fetch_or(bits, order);
  }
  T fetch_and(T bits, std::memory_order order) noexcept requires std::integral<T> {
    return only_one_thread() ? put(static_cast<T>(here() & bits)) : word_.fetch_and(bits, order);
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) noexcept {
    if (!only_one_thread())
      return word_.compare_exchange_strong(expected, desired, success, failure);
    return change(expected, desired);
  }
  /// Like its namesake it may fail for no reason, once there is another thread.
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) noexcept {
    if (!only_one_thread()) return word_.compare_exchange_weak(expected, desired, success, failure);
    return change(expected, desired);
  }

 private:
  // The plain steps. Relaxed atomics are plain instructions, and keep the thread sanitizer, which
  // knows nothing of the above, from seeing a race with what a later thread does.
  T here() const noexcept { return word_.load(std::memory_order_relaxed); }
  T put(T value) noexcept {
    const T old = here();
    word_.store(value, std::memory_order_relaxed);
    return old;
  }
  bool change(T& expected, T desired) noexcept {
    const T seen = here();
    if (seen == expected) {
      word_.store(desired, std::memory_order_relaxed);
      return true;
    }
    expected = seen;
    return false;
  }

  std::atomic<T> word_{};
};

}  // namespace book
