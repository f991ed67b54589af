// FuturesUnordered<F>: a set of futures that may grow while it runs, and a stream of what they end
// with, in the order in which they end.
//
//     FuturesUnordered<Async<Page>> downloads;
//     downloads.push(download(url));                    // also later, while others are under way
//     for (;;) {
//       std::optional<Page> page = co_await next(downloads);
//       if (!page) break;                               // all have ended
//     }
//
// A push and every event cost O(1): each future has a waker of its own, and only those woken are
// polled (07_join/woken_set.h). Chapter 08 explains it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "07_join/maybe_done.h"
#include "07_join/woken_set.h"
#include "common/future.h"
#include "common/wake_or_report.h"

namespace book {

/// A stream of the outputs. The futures are pinned where they are put, so the set itself may be
/// moved at any time. An exception of a future comes out of the poll; the set goes on without it.
/// Its memory shrinks only when it goes.
template <class F>
class FuturesUnordered {
 public:
  /// std::monostate for futures of void.
  using Item = ValueOrMonostate<OutputOf<F>>;

  FuturesUnordered() = default;
  FuturesUnordered(FuturesUnordered&& other) noexcept { swap(other); }
  FuturesUnordered& operator=(FuturesUnordered&& other) noexcept {
    FuturesUnordered old(std::move(*this));
    swap(other);
    old.clear();
    return *this;
  }
  ~FuturesUnordered() {
    if (woken_) woken_->abandon();  // first: a task that drops a set is not to be woken by its end
    drop_all();
  }

  /// Adds a future; it is first polled at the next poll of the set, which is woken. On the thread
  /// that polls the set, also from inside a future of it.
  void push(F future) {
    if (insert(std::move(future))) woken_->wake_parent();
  }
  /// The same without a wake: for an owner that polls the set right afterwards.
  void push_quietly(F future) { insert(std::move(future)); }

  /// Adds a future that may end before the set is polled: `listen(future, cx)` says whether it is
  /// ready, and keeps the waker if not. So its end takes its place among the others' ends. (After
  /// push(), a future's first poll is the set's, and until then the set cannot learn of its end.)
  template <class Listen>
  void push_listening(F&& future, Listen listen) {
    Place& place = put(std::move(future));
    const auto asked = [&](Context& cx) { return listen(place.future(), cx); };
    if (woken_->poll_child(place, asked).is_ready() && woken_->enqueue(place)) {
      woken_->wake_parent();
    }
  }

  /// The output of one more future; empty when the set is.
  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (size_ == 0) {
      terminated_ = true;
      return Poll<std::optional<Item>>::ready(std::nullopt);
    }
    Poll<std::optional<Item>> next = poll_woken();
    if (next.is_ready()) return next;
    woken_->wait_for_more(cx, "futures of a FuturesUnordered", size_);
    return pending;
  }

  /// What poll_next would give now, without waiting for more: no waker is kept, and none that was
  /// kept is lost.
  std::optional<Item> try_next() {
    if (size_ == 0) return std::nullopt;
    Poll<std::optional<Item>> next = poll_woken();
    return next.is_ready() ? std::move(next).value() : std::nullopt;
  }

  /// Calls `visit` with each future that has not ended, in no order. It must not add or drop any.
  template <class Visit>
  void for_each(Visit visit) {
    for (const std::span<Place>& block : blocks_) {
      for (Place& place : block) {
        if (place.full) visit(place.future());
      }
    }
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  /// It has said that it is empty, and nothing was pushed since.
  bool is_terminated() const noexcept { return terminated_; }

  /// Drops all futures, and wakes the task that waits for one: none will come. Not from inside
  /// a poll of one of them.
  void clear() noexcept {
    drop_all();
    if (woken_) wake_or_report([this] { woken_->wake_parent(); });
  }

 private:
  /// Where one future lives. A place outlives its future: late wakes may still find it.
  struct Place : detail::WokenSet::Child {
    Place* next_free = nullptr;
    bool full = false;
    alignas(F) std::byte memory[sizeof(F)];

    F& future() noexcept { return *std::launder(reinterpret_cast<F*>(memory)); }
  };

  bool insert(F&& future) {
    Place& place = put(std::move(future));
    return woken_->enqueue(place);
  }

  Place& put(F&& future) {
    if (!free_) grow();
    Place& place = *free_;
    ::new (static_cast<void*>(place.memory)) F(std::move(future));
    free_ = place.next_free;
    place.full = true;
    size_ += 1;
    terminated_ = false;
    return place;
  }

  /// Polls the futures that were woken, until one has ended.
  Poll<std::optional<Item>> poll_woken() {
    woken_->start_poll();
    while (detail::WokenSet::Child* woken = woken_->next()) {
      auto& place = *static_cast<Place*>(woken);
      if (!place.full) continue;  // a late wake
      Poll<OutputOf<F>> poll = poll_child(place);
      if (poll.is_pending()) continue;
      if constexpr (std::is_void_v<OutputOf<F>>) {
        return Poll<std::optional<Item>>::ready(std::in_place);
      } else {
        return Poll<std::optional<Item>>::ready(std::move(poll).value());
      }
    }
    return pending;
  }

  Poll<OutputOf<F>> poll_child(Place& place) {
    DropUnlessPending guard{this, &place};
    Poll<OutputOf<F>> poll =
        woken_->poll_child(place, [&](Context& cx) { return place.future().poll(cx); });
    if (poll.is_pending()) guard.set = nullptr;
    return poll;
  }

  /// Drops a future once, whatever its poll, or the move of its output, throws.
  struct DropUnlessPending {
    FuturesUnordered* set;
    Place* place;
    ~DropUnlessPending() {
      if (set) set->drop(*place);
    }
  };

  void drop(Place& place) noexcept {
    place.full = false;
    size_ -= 1;
    place.future().~F();  // which may push, or clear
    place.next_free = std::exchange(free_, &place);
  }

  void drop_all() noexcept {
    while (size_ > 0) {  // again when a destructor has pushed
      for (std::size_t block = 0; block < blocks_.size(); ++block) {  // by number: it may grow
        for (Place& place : std::span<Place>(blocks_[block])) {
          if (place.full) drop(place);
        }
      }
    }
  }

  /// Makes free places, as many as there are already.
  void grow() {
    constexpr std::size_t kFirst = 4;
    if (!woken_) woken_ = make_arc<detail::WokenSet>();
    blocks_.push_back(woken_->add<Place>(std::max(kFirst, size_)));
    for (Place& place : blocks_.back()) place.next_free = std::exchange(free_, &place);
  }

  void swap(FuturesUnordered& other) noexcept {
    std::swap(woken_, other.woken_);
    std::swap(blocks_, other.blocks_);
    std::swap(free_, other.free_);
    std::swap(size_, other.size_);
    std::swap(terminated_, other.terminated_);
  }

  Arc<detail::WokenSet> woken_;
  std::vector<std::span<Place>> blocks_;
  Place* free_ = nullptr;
  std::size_t size_ = 0;
  bool terminated_ = false;
};

}  // namespace book
