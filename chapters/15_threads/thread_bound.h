// ThreadBound: a member that remembers the thread on which it was made, and complains when it is
// used on another one. For what is Send as far as the compiler can see, and is not.
//
//     class Cache {
//       ThreadBound bound_{"Cache"};
//       void put(...) { bound_.check(); ... }
//     };
#pragma once

namespace book {

class ThreadBound {
 public:
  /// `what` is a string literal: the name of the owner's class.
  explicit ThreadBound(const char* what) noexcept;
  /// Copies and moved ones belong to the same thread, and are made there.
  ThreadBound(const ThreadBound& other);
  ThreadBound& operator=(const ThreadBound& other);
  /// On another thread: one line on stderr, then std::terminate. A destructor cannot throw.
  ~ThreadBound();

  /// Throws std::logic_error on another thread.
  void check() const;

 private:
  bool is_here() const noexcept;

  const char* what_;
  const void* thread_;
  int worker_;  // its number, or -1
};

}  // namespace book
