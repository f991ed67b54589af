// Exercise 1: a bounded queue with two ends, for as many tasks on either side as like.
//
//     push(item) --> [ a | b | _ ] --> pop()
//       waits while it is full           waits while it is empty
//
//   - push gives true when the item is in the queue, false when the queue is closed.
//   - pop gives the oldest item; after close() what is left, and then an empty optional.
//   - A task that waits is woken when it is worth asking again. None is forgotten, and dropping a
//     future that waits, or has just been woken, loses neither an item nor a wake.
//   - No waker is fired under the lock.
//
// WaitQueue (wait_queue.h) keeps those who wait. The futures are written already: they call your
// four functions.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "11_channels/wait_queue.h"
#include "common/future.h"

namespace book::exercise {

template <class T>
class BoundedQueue;

/// What push(item) gives.
template <class T>
class [[nodiscard]] Push : PinnedOncePolled {
 public:
  using Output = bool;
  Push(BoundedQueue<T>& queue, T item) : queue_(&queue), item_(std::move(item)) {}
  Push(Push&&) = default;
  Push& operator=(Push&&) = delete;
  ~Push() {
    if (waiter_.was_queued()) queue_->push_leaves(waiter_);
  }
  Poll<bool> poll(Context& cx) {
    pin_.enter();
    const Poll<bool> pushed = queue_->poll_push(waiter_, item_, cx);
    if (pushed.is_pending()) return pin_.pending();
    return pushed;
  }

 private:
  BoundedQueue<T>* queue_;
  T item_;
  Waiter waiter_;
};

/// What pop() gives.
template <class T>
class [[nodiscard]] Pop : PinnedOncePolled {
 public:
  using Output = std::optional<T>;
  explicit Pop(BoundedQueue<T>& queue) : queue_(&queue) {}
  Pop(Pop&&) = default;
  Pop& operator=(Pop&&) = delete;
  ~Pop() {
    if (waiter_.was_queued()) queue_->pop_leaves(waiter_);
  }
  Poll<std::optional<T>> poll(Context& cx) {
    pin_.enter();
    Poll<std::optional<T>> popped = queue_->poll_pop(waiter_, cx);
    if (popped.is_pending()) return pin_.pending();
    return popped;
  }

 private:
  BoundedQueue<T>* queue_;
  Waiter waiter_;
};

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  Push<T> push(T item) { return Push<T>(*this, std::move(item)); }
  Pop<T> pop() { return Pop<T>(*this); }

  /// No more items; those that are in it can still be taken. Wakes all who wait.
  void close() {
    // TODO: and who wakes them? WaitQueue::wake_all, which lets go of the lock.
    Locked locked(lock);
    closed_ = true;
  }

  Poll<bool> poll_push(Waiter& waiter, T& item, Context& cx) {
    // TODO: this one takes as many items as it is given. When there is no room, the waiter has to
    // wait; and when an item has come, a task may be waiting for it.
    (void)waiter, (void)cx;
    Locked locked(lock);
    items_.push_back(std::move(item));
    return true;
  }

  Poll<std::optional<T>> poll_pop(Waiter& waiter, Context& cx) {
    // TODO: wait when there is nothing; wake who waits for room.
    (void)waiter, (void)cx;
    Locked locked(lock);
    if (items_.empty()) return Poll<std::optional<T>>::ready();
    auto item = Poll<std::optional<T>>::ready(std::in_place, std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  /// A push, or a pop, that has waited is gone. Was it woken before, and has not looked since?
  void push_leaves(Waiter& waiter) { (void)waiter; /* TODO */ }
  void pop_leaves(Waiter& waiter) { (void)waiter; /* TODO */ }

  /// Guards all that is below. Public, so that a test can see whether it is free.
  ThreadLock lock;

 private:
  std::size_t capacity_;
  std::deque<T> items_;
  bool closed_ = false;
  // TODO: who waits here?
};

}  // namespace book::exercise
