// Link, LinkedList: the one intrusive, doubly linked list of the book.
//
//          +-------------------------------------------------+
//          v                                                 |
//     [list's end] <--> [ timer ] <--> [ timer ] <--> [ timer ]      front() .. back, a ring
//
// The links are inside of what is listed: going in or out allocates nothing, cannot fail, and takes
// the same few steps wherever the node stands. So a node can leave by itself, without knowing in
// which list it is; timers (chapter 04), those who wait for a cancellation (10), for a channel (11)
// or a lock (12) do that when they are dropped.
//
// Invariants: a node is in one list at most; one that is in none is its own neighbour, before its
// first list and after every unlink(). Nothing here locks: the owner of the list does.
#pragma once

#include <utility>

namespace book {

/// A place in a list: base of what is listed.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() = default;

  bool is_linked() const noexcept { return next_ != this; }

  /// Leaves its list, if it is in one.
  void unlink() noexcept {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = this;
  }

 private:
  friend class LinkedList;

  Link* next_ = this;
  Link* previous_ = this;
};

/// Knows its two ends and no number: counting is the owner's, where it is of use.
class LinkedList {
 public:
  LinkedList() = default;
  LinkedList(const LinkedList&) = delete;
  LinkedList& operator=(const LinkedList&) = delete;
  /// What is still in it leaves it.
  ~LinkedList() {
    while (!empty()) front().unlink();
  }

  bool empty() const noexcept { return !end_.is_linked(); }

  /// The oldest node; the list is not empty. A list of Nodes is asked for its `front<Node>()`.
  Link& front() noexcept { return *end_.next_; }
  template <class Node>
  Node& front() noexcept {
    return static_cast<Node&>(*end_.next_);
  }

  /// The newest, in the same way.
  Link& back() noexcept { return *end_.previous_; }

  /// `node` is in no list.
  void push_back(Link& node) noexcept {
    node.next_ = &end_;
    node.previous_ = std::exchange(end_.previous_, &node);
    node.previous_->next_ = &node;
  }

  /// All nodes of `other`, in their order, come to the end of this list.
  void append(LinkedList& other) noexcept {
    if (other.empty()) return;
    Link& first = *other.end_.next_;
    Link& last = *other.end_.previous_;
    other.end_.next_ = other.end_.previous_ = &other.end_;
    first.previous_ = std::exchange(end_.previous_, &last);
    first.previous_->next_ = &first;
    last.next_ = &end_;
  }

 private:
  Link end_;
};

}  // namespace book
