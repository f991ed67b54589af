// Door: something that happens once, when a test says so, and a future that waits for it. For
// futures that are made of other futures: joins, selects, streams.
//
//     test::Doors doors(3);
//     auto both = join(doors.enter(0, 10), doors.enter(1, 20));
//     doors.open(1);                                     // wakes whoever waits there
//     EXPECT_EQ(doors.polls(1), 1);                      // how often it was looked at
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/future.h"

namespace book::test {

/// A door's side of the story. Shared by the future and whoever opens.
struct Door {
  bool open = false;
  bool fails = false;  ///< entering throws
  int polls = 0;
  int alive = 0;  ///< futures that wait here, or have entered, and are not destroyed
  Waker waiter;
};

/// Waits for its door, then gives a value, or throws.
class Enter : PinnedOncePolled {
 public:
  using Output = int;
  Enter(std::shared_ptr<Door> door, int value) : door_(std::move(door)), value_(value) {
    door_->alive += 1;
  }
  Enter(Enter&& other)
      : PinnedOncePolled(std::move(other)), door_(other.door_), value_(other.value_) {
    door_->alive += 1;
  }
  Enter& operator=(Enter&&) = delete;
  ~Enter() {
    door_->alive -= 1;
    if (pinned_) door_->waiter = Waker();
  }

  Poll<int> poll(Context& cx) {
    pin_.enter();
    door_->polls += 1;
    if (!door_->open) {
      pinned_ = true;
      cx.store(door_->waiter, "the door");
      return pin_.pending();
    }
    if (door_->fails) throw std::runtime_error("door " + std::to_string(value_) + " fell");
    return value_;
  }

 private:
  std::shared_ptr<Door> door_;
  int value_;
  bool pinned_ = false;
};

class Doors {
 public:
  explicit Doors(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) doors_.push_back(std::make_shared<Door>());
  }
  /// A future of `value`, once door `index` is open.
  Enter enter(std::size_t index, int value) const { return {doors_[index], value}; }
  void open(std::size_t index) const {
    doors_[index]->open = true;
    std::exchange(doors_[index]->waiter, Waker()).wake();
  }
  /// Whoever enters will get an exception.
  void spoil(std::size_t index) const { doors_[index]->fails = true; }

  std::size_t size() const noexcept { return doors_.size(); }
  int polls(std::size_t index) const { return doors_[index]->polls; }
  int alive(std::size_t index) const { return doors_[index]->alive; }
  /// Wakers that wait at some door.
  int waiters() const {
    int count = 0;
    for (const auto& door : doors_) count += door->waiter ? 1 : 0;
    return count;
  }
  int alive() const {
    int count = 0;
    for (const auto& door : doors_) count += door->alive;
    return count;
  }

 private:
  std::vector<std::shared_ptr<Door>> doors_;
};

}  // namespace book::test
