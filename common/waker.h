// Waker: "this task is worth polling again", as a value that any thread may hold.
// Context: what a poll is given, and through it the waker of the running task.
//
//     +-------+---------+        vtable (one static object for each kind of waker)
//     | data  | vtable -+------> clone, wake, wake_by_ref, drop
//     +-------+---------+
//         |
//         +--> whatever the executor wants: a task, a thread, a flag
//
// Chapter 01 shows why a plain function is not enough, chapter 02 uses wakers first.
#pragma once

#include <utility>

#include "common/trace.h"

namespace book {

/// How one kind of waker does its four things. Every function gets the waker's data.
struct WakerVTable {
  void (*clone)(void* data);        ///< one more owner of data
  void (*wake)(void* data);         ///< wake, and give up one owner
  void (*wake_by_ref)(void* data);  ///< wake, and stay an owner
  void (*drop)(void* data);         ///< one owner less
};

/// A handle that wakes one task. Copying clones, destroying drops; all of it is
/// safe from any thread, as far as the vtable's functions are.
class Waker {
 public:
  /// No waker: an empty slot to store one in.
  Waker() noexcept = default;
  /// Takes over one owner of `data`.
  Waker(void* data, const WakerVTable* vtable) noexcept : data_(data), vtable_(vtable) {}

  Waker(const Waker& other) : data_(other.data_), vtable_(other.vtable_) {
    if (vtable_) vtable_->clone(data_);
  }
  Waker(Waker&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        vtable_(std::exchange(other.vtable_, nullptr)) {}
  // Two of them: of one that takes its argument by value clang 14 forgets the destructor, when that
  // argument is {} in a member of a class template.
  Waker& operator=(const Waker& other) { return *this = Waker(other); }
  Waker& operator=(Waker&& other) noexcept {
    Waker old(std::move(other));
    std::swap(data_, old.data_);
    std::swap(vtable_, old.vtable_);
    return *this;
  }
  ~Waker() {
    if (vtable_) vtable_->drop(data_);
  }

  explicit operator bool() const noexcept { return vtable_ != nullptr; }

  /// Wakes and leaves this waker empty. Cheaper than wake_by_ref followed by a drop.
  void wake() && {
    if (const WakerVTable* vtable = std::exchange(vtable_, nullptr)) {
      vtable->wake(std::exchange(data_, nullptr));
    }
  }
  /// Wakes and keeps the waker.
  void wake_by_ref() const {
    if (vtable_) vtable_->wake_by_ref(data_);
  }

  /// True when both would wake the same task: then there is no need to clone.
  bool will_wake(const Waker& other) const noexcept {
    return data_ == other.data_ && vtable_ == other.vtable_;
  }

  /// Names the task in traces and diagnoses; never dereferenced there.
  const void* data() const noexcept { return data_; }

  /// A waker that does nothing: for polling by hand.
  static Waker noop() noexcept {
    static constexpr WakerVTable vtable{[](void*) {}, [](void*) {}, [](void*) {}, [](void*) {}};
    return Waker(nullptr, &vtable);
  }

 private:
  void* data_ = nullptr;
  const WakerVTable* vtable_ = nullptr;
};

/// Why a task waits: a fixed text and, where it helps, one number ("reading fd", 7).
/// The text must outlive the task: a string literal.
struct WaitReason {
  const char* what = nullptr;
  int number = -1;
};

/// The reason of a future that waits for nothing, on purpose: no diagnosis calls that a mistake.
inline constexpr const char kWaitsForever[] = "nothing: it waits forever";

/// What a future is given when it is polled. It borrows the waker for the length
/// of that poll: a future that has to wait stores a copy.
class Context {
 public:
  explicit Context(const Waker& waker) noexcept : waker_(&waker) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Waker& waker() const noexcept { return *waker_; }

  /// Puts this task's waker into `slot`, and notes why the task waits. Does not
  /// clone when the slot already holds a waker of this task.
  void store(Waker& slot, const char* why, int number = -1) {
    waits_for(why, number);
    if (!slot.will_wake(*waker_)) slot = *waker_;
  }

  /// Notes why the task waits, for a future that keeps its waker in some other way.
  void waits_for(const char* why, int number = -1) noexcept {
    reason_ = {why, number};
    trace::store(waker_->data(), why, number);
  }

  const WaitReason& reason() const noexcept { return reason_; }

 private:
  const Waker* waker_;
  WaitReason reason_;
};

}  // namespace book
