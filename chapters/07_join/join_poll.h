// How a join of a fixed number of futures polls them. A few share the task's own waker: whichever
// is woken, all that have not finished are polled, and that is cheaper than finding out which.
// Many get a waker each, and only those woken are polled.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

#include "07_join/woken_set.h"
#include "common/poll.h"

namespace book::detail {

/// More children than this have a waker each.
inline constexpr std::size_t kFewChildren = 8;

template <std::size_t kCount, bool kMany = (kCount > kFewChildren)>
class JoinPoller {
 public:
  /// Polls what has not finished. True when all have, or when `ends(child)` says of one that it
  /// has just finished the whole.
  template <class Children, class Ends>
  bool poll(Context& cx, Children& children, Ends ends) {
    bool all = true;
    const auto poll_one = [&](auto& child) {  // false: go no further
      if (child.is_done()) return true;
      if (!child.poll(cx)) {
        all = false;
        return true;
      }
      return !ends(child);
    };
    const bool to_the_end =
        std::apply([&](auto&... child) { return (poll_one(child) && ...); }, children);
    return all || !to_the_end;
  }
};

template <std::size_t kCount>
class JoinPoller<kCount, true> {
 public:
  JoinPoller() = default;
  JoinPoller(JoinPoller&&) = default;
  JoinPoller& operator=(JoinPoller&&) = delete;
  ~JoinPoller() {
    if (set_) set_->abandon();
  }

  template <class Children, class Ends>
  bool poll(Context& cx, Children& children, Ends ends) {
    if (!set_) start();
    set_->start_poll();
    // ends: those that are woken from here on have their turn in the next poll
    while (WokenSet::Child* woken = set_->next()) {
      const std::size_t index = static_cast<Place*>(woken)->index;
      const Progress progress = kPollAt<Children, Ends>[index](children, *woken, *set_, ends);
      if (progress == Progress::ended) return true;
      if (progress == Progress::finished && --left_ == 0) return true;
    }
    set_->wait(cx, "children of a join", left_);
    return false;
  }

 private:
  struct Place : WokenSet::Child {
    std::size_t index = 0;
  };
  enum class Progress { none, finished, ended };

  void start() {
    set_ = make_arc<WokenSet>();
    std::size_t index = 0;
    for (Place& place : set_->add<Place>(kCount)) {
      place.index = index++;
      set_->enqueue(place);  // each is polled at least once
    }
  }

  template <std::size_t kIndex, class Children, class Ends>
  static Progress poll_at(Children& children, WokenSet::Child& woken, WokenSet& set, Ends& ends) {
    auto& child = std::get<kIndex>(children);
    if (child.is_done()) return Progress::none;  // a late wake
    if (!set.poll_child(woken, [&](Context& cx) { return child.poll(cx); })) return Progress::none;
    return ends(child) ? Progress::ended : Progress::finished;
  }

  template <class Children, class Ends>
  using PollAt = Progress (*)(Children&, WokenSet::Child&, WokenSet&, Ends&);
  template <class Children, class Ends, std::size_t... kIndexes>
  static constexpr std::array<PollAt<Children, Ends>, kCount> table(
      std::index_sequence<kIndexes...>) {
    return {&poll_at<kIndexes, Children, Ends>...};
  }
  template <class Children, class Ends>
  static constexpr auto kPollAt = table<Children, Ends>(std::make_index_sequence<kCount>());

  Arc<WokenSet> set_;
  std::size_t left_ = kCount;
};

/// The values of all, or the first exception by position, thrown.
template <class... Children>
auto take_all(std::tuple<Children...>& children) {
  using Output = std::tuple<typename Children::Value...>;
  return std::apply(
      [](auto&... child) {
        (child.rethrow_if_failed(), ...);
        return Poll<Output>::ready(child.take()...);
      },
      children);
}

}  // namespace book::detail
