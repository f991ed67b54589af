// Exercise 1, solved: a bounded queue with two ends, and a WaitQueue for each.
//
//     push(item) --> [ a | b | _ ] --> pop()
//       waits while it is full           waits while it is empty
//
// A task that is taken out of a queue is told to look, no more: the slot or the item is for the one
// who comes first. So one that was told and goes without looking must pass the word on.
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
    Locked locked(lock);
    closed_ = true;
    pushers_.wake_all(locked);
    locked.lock();
    poppers_.wake_all(locked);
  }

  Poll<bool> poll_push(Waiter& waiter, T& item, Context& cx) {
    Waker dropped, popper;
    Locked locked(lock);
    do {
      if (closed_ || items_.size() < capacity_) {
        const bool pushes = !closed_;
        dropped = pushers_.forget(waiter);
        waiter.reset();
        if (pushes) {
          items_.push_back(std::move(item));
          popper = poppers_.take_one();
        }
        locked.unlock();
        std::move(popper).wake();
        return pushes;
      }
      cx.waits_for("room in a queue");
    } while (!pushers_.wait(waiter, cx, locked));
    return pending;
  }

  Poll<std::optional<T>> poll_pop(Waiter& waiter, Context& cx) {
    Waker dropped, pusher;
    Locked locked(lock);
    do {
      if (closed_ || !items_.empty()) {
        auto item = Poll<std::optional<T>>::ready();
        dropped = poppers_.forget(waiter);
        waiter.reset();
        if (!items_.empty()) {
          item.value().emplace(std::move(items_.front()));
          items_.pop_front();
          pusher = pushers_.take_one();
        }
        locked.unlock();
        std::move(pusher).wake();
        return item;
      }
      cx.waits_for("an item in a queue");
    } while (!poppers_.wait(waiter, cx, locked));
    return pending;
  }

  void push_leaves(Waiter& waiter) { leave(pushers_, waiter); }
  void pop_leaves(Waiter& waiter) { leave(poppers_, waiter); }

  /// Guards all that is below. Public, so that a test can see whether it is free.
  ThreadLock lock;

 private:
  /// One that was woken and has not looked since passes the word on.
  void leave(WaitQueue& queue, Waiter& waiter) {
    Waker dropped, next;
    Locked locked(lock);
    dropped = queue.forget(waiter);
    if (waiter.was_taken()) next = queue.take_one();
    locked.unlock();
    std::move(next).wake();
  }

  std::size_t capacity_;
  std::deque<T> items_;
  bool closed_ = false;
  WaitQueue pushers_, poppers_;
};

}  // namespace book::exercise
