// CancellationToken: one cancel() that any number of futures may wait for, and a tree of them.
//
//     server ----+---- connection 1 ----+---- its reader          cancel() reaches the token and
//                |                      +---- its writer          everything to its right, and
//                +---- connection 2 ...                           nothing to its left
//
//     CancellationToken stop;
//     spawn(serve(stop.child_token()));            // a copy of a token is the same token,
//     ...                                          // a child one that can be cancelled by itself
//     stop.cancel();
//
// Nothing is dropped by cancel(): it tells those who wait for it, and they decide what to finish.
// That is the difference to abort() and timeout. Chapter 10 explains it. cancel_tree.h is its
// inside.
#pragma once

#include <utility>

#include "10_spawning/cancel_tree.h"
#include "10_spawning/until.h"
#include "common/arc.h"
#include "common/future.h"

namespace book {

/// What token.cancelled() gives: ready when the token is cancelled. No allocation: the place in the
/// token's list of waiters is in the future.
class [[nodiscard]] Cancelled : PinnedOncePolled {
 public:
  using Output = void;

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (node_->is_cancelled() || !node_->wait(waiter_, cx)) return Poll<void>::ready();
    return pin_.pending();
  }

  /// Has it come already? Without waiting for it.
  bool is_cancelled() const noexcept { return node_->is_cancelled(); }

  Cancelled(Cancelled&& other)
      : PinnedOncePolled(std::move(other)), node_(std::move(other.node_)) {}
  Cancelled& operator=(Cancelled&&) = delete;
  ~Cancelled() {
    if (node_) node_->forget(waiter_);
  }

 private:
  friend class CancellationToken;
  explicit Cancelled(Arc<detail::CancelNode> node) noexcept : node_(std::move(node)) {}

  Arc<detail::CancelNode> node_;
  detail::CancelWaiter waiter_;
};

/// A handle: copies are the same token. All of it may be used on any thread.
class CancellationToken {
 public:
  /// A new token, the root of a tree.
  CancellationToken();
  /// The same token. To move one is to copy it: there is no token that is none.
  CancellationToken(const CancellationToken&) noexcept = default;
  CancellationToken& operator=(const CancellationToken&) noexcept = default;
  ~CancellationToken() = default;

  /// A new token that is cancelled when this one is, or is cancelled from the beginning when this
  /// one is already. Cancelling it leaves this one alone.
  [[nodiscard]] CancellationToken child_token() const;

  /// Cancels this token and all that descend from it, for good: a second time does nothing. The
  /// tasks that wait are woken before it returns.
  void cancel() const;
  bool is_cancelled() const noexcept { return node_->is_cancelled(); }

  /// A future that is ready once this token is cancelled. It keeps the token, not the handle.
  Cancelled cancelled() const { return Cancelled(node_); }

  /// A future of std::optional: what `future` gives, or empty when the token was cancelled first;
  /// then an rvalue was dropped, and an lvalue stands where it stood. When the token is cancelled
  /// before the first poll, `future` is never polled. Later it is asked first, and wins when both
  /// are ready: what is done is not thrown away.
  template <Future F>
  detail::Until<F, Cancelled> run_until_cancelled(F&& future) const {
    return detail::Until<F, Cancelled>(std::forward<F>(future), cancelled());
  }

 private:
  explicit CancellationToken(Arc<detail::CancelNode> node) noexcept : node_(std::move(node)) {}

  Arc<detail::CancelNode> node_;
};

}  // namespace book
