// The chain: coroutines that directly await one another, and the one loop that runs them.
//
//        root frame                   frame                    frame
//      +-------------------+ parent +----------------+ parent +------------+
//      | one_after_another |<-------| learn_and_sing |<-------| learn_song |
//      +-------------------+        +----------------+        +------------+
//        top ----------------------------------------------------^   |
//        leaf --------------------------------------------------> sleep(300ms)
//
// A wake costs the same at any depth: the root polls the leaf, and resumes the top. Calling a child
// and returning from it move `top`; the loop in `run` does the resuming, so that the machine's
// stack never grows, however deep or long the chain.
#pragma once

#include <coroutine>
#include <cstddef>

#include "05_async_await/frame_pool.h"
#include "common/waker.h"

namespace book::detail {

/// The future that a whole chain waits for, as its root sees it. Lives in the awaiter.
struct Leaf {
  /// Polls it again. False: still pending. True: what it ended with is kept for await_resume.
  bool (*poll)(Leaf& self, Context& cx) noexcept;
};

/// The part of every promise that does not depend on what the coroutine returns.
class ChainPromise {
 public:
  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    FramePool::free(frame, size);
  }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct ReturnToParent {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      ChainPromise& promise = self.promise();
      promise.root_->top_ = promise.parent_;  // the root has no parent: the loop ends
    }
    void await_resume() noexcept {}
  };
  ReturnToParent final_suspend() noexcept { return {}; }

  bool is_started() const noexcept { return root_ != nullptr; }

  /// Being polled just now: the caller is the coroutine itself, or a function that it called.
  bool is_running() const noexcept { return cx_ && top_; }
  /// Being polled just now, or finished.
  bool refuses_polls() const noexcept { return cx_ != nullptr; }

  /// Runs the chain of which this is the root, until a leaf is pending (false) or the root has
  /// finished (true).
  bool run(Context& cx) {
    cx_ = &cx;
    if (!root_) {
      root_ = this;
      top_ = this;
    }
    if (!run_on(cx)) {
      cx_ = nullptr;
      return false;
    }
    return true;
  }

  /// The context of the poll that is under way.
  Context& context() noexcept { return *root_->cx_; }

  /// The running coroutine waits for `leaf`.
  void wait_for(Leaf& leaf) noexcept { root_->leaf_ = &leaf; }

  /// The running coroutine calls `child`, which was never started: the loop goes on there.
  void call(ChainPromise& child) noexcept {
    child.root_ = root_;
    child.parent_ = this;
    root_->top_ = &child;
  }

  /// Destroys this coroutine with all that it has called, innermost first as a stack unwinds, and
  /// one after the other: a chain may be deeper than the machine's stack.
  void destroy() noexcept {
    ChainPromise* frame = top_ ? top_ : this;
    while (frame != this) {
      ChainPromise* parent = frame->parent_;
      frame_of(*frame).destroy();
      frame = parent;
    }
    frame_of(*this).destroy();
  }

 private:
  bool run_on(Context& cx) {
    if (leaf_) {
      if (!leaf_->poll(*leaf_, cx)) return false;
      leaf_ = nullptr;
    }
    // ends: when the coroutines wait or return
    do {
      frame_of(*top_).resume();
      if (leaf_) return false;
    } while (top_);
    return true;
  }

  /// Every promise type of this book begins with its ChainPromise and is aligned like it (Async
  /// asserts it), so one frame layout serves them all.
  static std::coroutine_handle<ChainPromise> frame_of(ChainPromise& promise) noexcept {
    return std::coroutine_handle<ChainPromise>::from_promise(promise);
  }

  ChainPromise* root_ = nullptr;    // null until the first poll or call
  ChainPromise* parent_ = nullptr;  // who called; null in a root
  // Of the root alone:
  ChainPromise* top_ = nullptr;
  Leaf* leaf_ = nullptr;
  Context* cx_ = nullptr;  // null between two polls
};

}  // namespace book::detail
