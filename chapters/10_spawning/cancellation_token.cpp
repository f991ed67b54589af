#include "10_spawning/cancellation_token.h"

#include <array>

#include "common/reactor/wake_round.h"

namespace book {

CancellationToken::CancellationToken() : node_(make_arc<detail::CancelNode>()) {}

CancellationToken CancellationToken::child_token() const {
  return CancellationToken(make_arc<detail::CancelNode>(node_));
}

void CancellationToken::cancel() const {
  const Arc<detail::CancelNode> keep = node_;  // a waker that is fired may drop this very handle
  keep->cancel();
}

namespace detail {

CancelNode::CancelNode(Arc<CancelNode> parent) : tree_(parent->tree_), parent_(parent.leak()) {
  const std::lock_guard lock(tree_->mutex);
  if (parent_->is_cancelled()) cancelled_.store(true, std::memory_order_relaxed);
  next_sibling_ = std::exchange(parent_->first_child_, this);
  if (next_sibling_) next_sibling_->previous_sibling_ = this;
}

CancelNode* CancelNode::next_below(const CancelNode* top, bool into_children) noexcept {
  if (into_children && first_child_) return first_child_;
  CancelNode* node = this;
  while (node != top && !node->next_sibling_) node = node->parent_;
  return node == top ? nullptr : node->next_sibling_;
}

void CancelNode::cancel() {
  LinkedList told;  // those that are to be woken
  {
    const std::lock_guard lock(tree_->mutex);
    for (CancelNode* node = this; node;) {
      // Below a token that was cancelled before, everything is.
      const bool news = !node->cancelled_.exchange(true, std::memory_order_acq_rel);
      if (news) told.append(node->waiters_);
      node = node->next_below(this, news);
    }
  }
  WakeRound round;
  for (bool more = true; more;) {
    std::array<Waker, 16> wakers;
    std::size_t count = 0;
    {
      const std::lock_guard lock(tree_->mutex);
      while (count < wakers.size() && !told.empty()) {
        auto& waiter = told.front<CancelWaiter>();
        waiter.unlink();
        wakers[count++] = std::move(waiter.waker);
      }
      more = !told.empty();
    }
    for (std::size_t i = 0; i < count; ++i) round.fire(std::move(wakers[i]));
  }
  round.end();
}

bool CancelNode::wait(CancelWaiter& waiter, Context& cx) {
  cx.waits_for("a cancellation token");
  if (waiter.was_linked) {
    const std::lock_guard lock(tree_->mutex);
    if (is_cancelled()) return false;
    if (waiter.waker.will_wake(cx.waker())) return true;
  }
  Waker waker = cx.waker();  // and the old one is dropped after the lock is gone
  const std::lock_guard lock(tree_->mutex);
  if (is_cancelled()) return false;
  std::swap(waiter.waker, waker);
  if (!std::exchange(waiter.was_linked, true)) waiters_.push_back(waiter);
  return true;
}

void CancelNode::forget(CancelWaiter& waiter) noexcept {
  if (!waiter.was_linked) return;
  const std::lock_guard lock(tree_->mutex);
  waiter.unlink();
}

void CancelNode::release() noexcept {
  CancelNode* node = this;
  while (node) node = node->drop_owner();
}

CancelNode* CancelNode::drop_owner() noexcept {
  if (owners_.fetch_sub(1, std::memory_order_acq_rel) != 1) return nullptr;
  CancelNode* const parent = parent_;
  if (parent) {
    const std::lock_guard lock(tree_->mutex);
    if (next_sibling_) next_sibling_->previous_sibling_ = previous_sibling_;
    (previous_sibling_ ? previous_sibling_->next_sibling_ : parent->first_child_) = next_sibling_;
  }
  delete this;
  return parent;
}

}  // namespace detail
}  // namespace book
