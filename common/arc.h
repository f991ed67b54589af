// Arc<T>: one object, many owners, on any thread; the last one out deletes it.
// The count lives in the object itself, so an Arc is one pointer wide and can travel
// as the `void*` of a waker. Chapter 02 shares a timer's state with it, chapter 03 its tasks.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace book {

/// Base of what an Arc can own: `class Task : public RefCounted<Task>`.
/// A new object has one owner: hand it to Arc<T>::adopt, or use make_arc.
/// `Atomic`: what the count is made of; SoloAtomic (chapter 04) is cheaper while there is one
/// thread.
template <class Derived, template <class> class Atomic = std::atomic>
class RefCounted {
 public:
  void retain() const noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }

  /// acq_rel: what other owners wrote before their release is seen by the one who deletes.
  void release() const noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete static_cast<const Derived*>(this);
    }
  }

  /// How many owners there are at this moment: for tests and for telling a story.
  std::size_t owners() const noexcept { return owners_.load(std::memory_order_acquire); }

 protected:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;
  ~RefCounted() = default;

 private:
  mutable Atomic<std::size_t> owners_{1};
};

template <class T>
class Arc {
 public:
  Arc() noexcept = default;
  Arc(std::nullptr_t) noexcept {}
  Arc(const Arc& other) noexcept : object_(other.object_) {
    if (object_) object_->retain();
  }
  Arc(Arc&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Arc& operator=(const Arc& other) noexcept { return *this = Arc(other); }
  Arc& operator=(Arc&& other) noexcept {
    Arc old(std::move(other));
    std::swap(object_, old.object_);
    return *this;
  }
  ~Arc() {
    if (object_) object_->release();
  }

  /// Takes over an owner that was counted before.
  static Arc adopt(T* object) noexcept {
    Arc result;
    result.object_ = object;
    return result;
  }
  /// Becomes one more owner.
  static Arc share(T* object) noexcept {
    object->retain();
    return adopt(object);
  }
  /// Gives the owner up without releasing it: the caller now answers for it.
  [[nodiscard]] T* leak() noexcept { return std::exchange(object_, nullptr); }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const Arc&, const Arc&) noexcept = default;

 private:
  T* object_ = nullptr;
};

template <class T, class... Args>
Arc<T> make_arc(Args&&... args) {
  return Arc<T>::adopt(new T(std::forward<Args>(args)...));
}

}  // namespace book
