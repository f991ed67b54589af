// Exercise 3: a ready queue with a priority lane.
//
//     urgent     U1 U2 U3 U4 U5     --+
//                                     +-->  U1 U2 U3 o1 U4 U5 o2 o3     (3 urgent in a row)
//     ordinary   o1 o2 o3           --+
//
// The executor of this chapter has one lane: first in, first out. A second one is easy to add, and
// easy to get wrong: a task that is urgent all the time starves all others.
//
// Run its test with: make exercise CHAPTER=04
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

namespace book {

enum class Lane { ordinary, urgent };

/// First in, first out, in each lane. Urgent ones go first, but never more than `urgent_in_a_row`
/// of them while an ordinary one waits.
template <class T>
class TwoLanes {
 public:
  explicit TwoLanes(int urgent_in_a_row) : urgent_in_a_row_(urgent_in_a_row) {}

  bool empty() const { return ordinary_.empty() && urgent_.empty(); }

  void push(T item, Lane lane) {
    // TODO: put it at the end of its lane.
    (void)item;
    (void)lane;
  }

  /// The next one. There is one: the caller has asked empty().
  T pop() {
    // TODO: which lane is it? Then take the first of that lane out.
    //   - Only one lane has something: that one.
    //   - Both have: urgent, unless so many urgent ones have passed the ordinary one already.
    //   - in_a_row_ counts those. An urgent one that passes nobody does not count, and an ordinary
    //     one sets it back to zero.
    return T();
  }

 private:
  static T take_first(std::deque<T>& lane) {
    T first = std::move(lane.front());
    lane.pop_front();
    return first;
  }

  std::deque<T> ordinary_;
  std::deque<T> urgent_;
  int urgent_in_a_row_;
  int in_a_row_ = 0;  ///< urgent ones that went past an ordinary one that was waiting
};

}  // namespace book
