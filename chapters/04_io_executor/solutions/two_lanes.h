// Exercise 3, solved: urgent ones first, within a limit.
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
    (lane == Lane::urgent ? urgent_ : ordinary_).push_back(std::move(item));
  }

  /// The next one. There is one: the caller has asked empty().
  T pop() {
    const bool somebody_is_passed = !ordinary_.empty();
    if (!urgent_.empty() && (!somebody_is_passed || in_a_row_ < urgent_in_a_row_)) {
      if (somebody_is_passed) ++in_a_row_;
      return take_first(urgent_);
    }
    in_a_row_ = 0;
    return take_first(ordinary_);
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
