// The inside of CancellationToken: a node for each token, and a list of who waits there.
//
//          root                      a node keeps its parent alive, not its children;
//         /    \                     the links down and sideways are plain pointers, and
//     node      node --> node        a node that ends takes itself out of them
//       |
//     node ---- waiters: (Cancelled) <-> (Cancelled) <-> ...
//
// One mutex for the whole tree guards all links, down, sideways and in the lists of waiters: a
// cancel() walks over many nodes, and while it does none of them can go. Wakers run foreign code,
// so none is cloned, fired or dropped under it. cancel() therefore works in two steps:
//
//   1. under the mutex: mark the node and all its descendants, and move their waiters to one list;
//   2. again and again: under the mutex, take some wakers out of that list; without it, fire them.
//
// A waiter that is dropped meanwhile, by a waker that was fired or on another thread, takes itself
// out of the list that it is in, whichever that is.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>

#include "common/arc.h"
#include "common/link.h"
#include "common/waker.h"

namespace book::detail {

/// A future that waits for a token. The link and the waker belong to the tree's mutex.
struct CancelWaiter : Link {
  Waker waker;
  bool was_linked = false;  // the waiter's own: before that, no other thread knows of it
};

class CancelNode {
 public:
  /// A root.
  CancelNode() : tree_(make_arc<Tree>()) {}
  /// A child. It keeps one owner of its parent.
  explicit CancelNode(Arc<CancelNode> parent);
  CancelNode(const CancelNode&) = delete;
  CancelNode& operator=(const CancelNode&) = delete;

  bool is_cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  void cancel();

  /// Keeps the waker of the latest poll. False when the node is cancelled.
  bool wait(CancelWaiter& waiter, Context& cx);
  /// The waiter goes.
  void forget(CancelWaiter& waiter) noexcept;

  // Arc's two calls: a token, a waiting future and a child are one owner each. Not RefCounted's,
  // for the last owner of a child may be the last of its parent, and so on: that is a loop here,
  // for a tree may be deeper than the machine's stack.
  void retain() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;

 private:
  struct Tree : RefCounted<Tree> {
    std::mutex mutex;
  };

  ~CancelNode() = default;

  /// One owner less; when it was the last, the node goes, and its owner of the parent is returned.
  CancelNode* drop_owner() noexcept;
  /// The node after this one, in a walk through all descendants of `top`; null after the last.
  CancelNode* next_below(const CancelNode* top, bool into_children) noexcept;

  Arc<Tree> tree_;
  std::atomic<std::size_t> owners_{1};
  std::atomic<bool> cancelled_{false};  // written under the mutex
  CancelNode* parent_ = nullptr;        // an owner of it; never changes
  // Guarded by the tree's mutex:
  CancelNode* first_child_ = nullptr;
  CancelNode* next_sibling_ = nullptr;
  CancelNode* previous_sibling_ = nullptr;
  LinkedList waiters_;
};

}  // namespace book::detail
