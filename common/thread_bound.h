// ThreadBound: a member that remembers the thread on which it was made, and complains when it is
// used on another one. For what is Send (common/send.h) as far as the compiler can see, and is not.
//
//     class Cache {
//       ThreadBound bound_{"Cache"};
//       void put(...) { bound_.check(); ... }
//     };
//
// It sees a use, on whichever thread it is asked; not one where it is not asked, nor the race
// itself. Chapter 15 explains it.
#pragma once

#include <string>

namespace book {

/// A thread, and what it is called in traces (trace::ThreadName): "worker 2".
class ThreadMark {
 public:
  /// Of this thread.
  ThreadMark() noexcept;
  bool is_here() const noexcept;
  /// "WHAT was made on worker 1 and used on worker 2: ..."
  std::string complaint(const char* what) const;

 private:
  const void* thread_;
  char name_[16];
};

class ThreadBound {
 public:
  /// `what` is a string literal: the name of the owner's class.
  explicit ThreadBound(const char* what) noexcept : what_(what) {}
  /// Copies and moved ones belong to the same thread, and are made there. (An assignment copies
  /// nothing, so one to itself needs no care.)
  ThreadBound(const ThreadBound& other) : what_(other.what_), made_(other.made_) { check(); }
  ThreadBound& operator=(const ThreadBound& other) {  // NOLINT(bugprone-unhandled-self-assignment)
    check();
    other.check();
    return *this;
  }
  ~ThreadBound() { insist(); }

  /// Throws std::logic_error on another thread.
  void check() const;
  /// For destructors, which cannot throw: on another thread one line on stderr, then
  /// std::terminate.
  void insist() const noexcept;

 private:
  const char* what_;
  ThreadMark made_;
};

#ifdef NDEBUG
/// ThreadBound, in debug builds; here, nothing at all.
class DebugThreadBound {
 public:
  explicit constexpr DebugThreadBound(const char*) noexcept {}
  constexpr void check() const noexcept {}
  constexpr void insist() const noexcept {}
};
#else
using DebugThreadBound = ThreadBound;
#endif

}  // namespace book
