// A listener without a socket, for exercises: visitors knock, stand in line, and are let in one by
// one. Under virtual time a day of them takes no time at all.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book::http {

struct Visitor {
  int number = 0;
  Duration stays{0};
  bool throws = false;  ///< in the place of leaving
};

/// What is before the door and behind it. Both keep it: a wrong answer may leave visitors behind.
struct House : std::enable_shared_from_this<House> {
  std::deque<Visitor> line{};
  bool is_open = true;  ///< is there still a FrontDoor?
  int inside = 0;
  int most_inside = 0;
  std::map<int, Duration> came_in{};  ///< when, from the beginning on
  std::map<int, Duration> left{};     ///< well, not dropped
  Instant begin = Reactor::current().now();
  Waker doorkeeper{};

  void knock(Visitor visitor) {
    line.push_back(visitor);
    std::exchange(doorkeeper, {}).wake();
  }
  Duration now() const { return Reactor::current().now() - begin; }

  /// The handler: what each visitor does inside.
  auto visits() {
    return [self = shared_from_this()](Visitor visitor) { return visit(self, visitor); };
  }

 private:
  static Async<> visit(std::shared_ptr<House> house, Visitor visitor) {
    const Inside inside(*house, visitor.number);
    co_await sleep(visitor.stays);
    if (visitor.throws) throw std::runtime_error("the visitor has fallen down the stairs");
    house->left[visitor.number] = house->now();
  }

  struct Inside {
    Inside(House& house, int number) : house(house) {
      house.came_in[number] = house.now();
      if (++house.inside > house.most_inside) house.most_inside = house.inside;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { --house.inside; }
    House& house;
  };
};

/// The listener. Closed when it goes.
class FrontDoor {
 public:
  explicit FrontDoor(House& house) noexcept : house_(house.shared_from_this()) {}
  FrontDoor(FrontDoor&&) noexcept = default;
  FrontDoor& operator=(FrontDoor&&) = delete;
  ~FrontDoor() {
    if (house_) house_->is_open = false;
  }

  class [[nodiscard]] Accept : PinnedOncePolled {
   public:
    using Output = Visitor;
    explicit Accept(House& house) noexcept : house_(house) {}
    Poll<Visitor> poll(Context& cx) {
      pin_.enter();
      if (house_.line.empty()) {
        cx.store(house_.doorkeeper, "a visitor");
        return pin_.pending();
      }
      const Visitor first = house_.line.front();
      house_.line.pop_front();
      return first;
    }

   private:
    House& house_;
  };
  Accept accept() noexcept { return Accept(*house_); }

 private:
  std::shared_ptr<House> house_;
};

}  // namespace book::http
