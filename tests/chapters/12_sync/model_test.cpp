// A semaphore under thousands of steps drawn by lot, beside a model that is too simple to be wrong:
// a list of those who wait, and numbers. Both have to agree after every step on who has been given
// what. (Chapter 12)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "12_sync/semaphore.h"
#include "support/hand.h"

namespace book {
namespace model_test {

using test::Hand;

class Model {
 public:
  Model(unsigned seed, std::size_t permits, std::size_t max)
      : random_(seed), free_(permits), max_(max), semaphore_(permits, max) {}

  void step() {
    switch (draw(12)) {
      case 0:
      case 1:
        return begin();
      case 2:
      case 3:
      case 4:
        return poll_one();
      case 5:
        return drop_one();
      case 6:
        return try_acquire();
      case 7:
        return split_or_merge();
      case 8:
        return draw(2) == 0 ? add() : take_away();
      default:
        return let_go();
    }
  }

  void close() {
    semaphore_.close();
    closed_ = true;
    for (Op* op : queue_) {
      op->is = Op::refused;
      ++op->wakes;
    }
    queue_.clear();
  }

  /// After each step.
  void check() const {
    EXPECT_EQ(semaphore_.available(), free_);
    EXPECT_EQ(semaphore_.is_closed(), closed_);
    for (const auto& op : ops_) EXPECT_EQ(op->hand.wakes(), op->wakes);
    std::size_t out = 0;
    for (const Permit& permit : permits_) out += permit.size();
    for (const auto& op : ops_) out += op->is == Op::given ? op->wants : 0;
    EXPECT_EQ(out, out_);
    EXPECT_LE(free_ + out_, max_);
  }

  /// Everybody goes: what there is, is free.
  void end() {
    ops_.clear();
    queue_.clear();
    permits_.clear();
    EXPECT_EQ(semaphore_.available(), free_ + out_) << "a permit was lost, or made of nothing";
  }

 private:
  /// An acquire that is under way.
  struct Op {
    explicit Op(Acquire f, std::size_t k) : wants(k), future(std::move(f)) {}
    std::size_t wants;
    Hand hand;
    Acquire future;  // goes before its hand
    enum Is { fresh, waiting, given, refused } is = fresh;
    int wakes = 0;
  };

  std::size_t draw(std::size_t below) { return static_cast<std::size_t>(random_() % below); }

  void hand_over() {
    while (!queue_.empty() && queue_.front()->wants <= free_) {
      Op& first = *queue_.front();
      queue_.pop_front();
      free_ -= first.wants;
      out_ += first.wants;
      first.is = Op::given;
      ++first.wakes;
    }
  }
  bool can_take(std::size_t wants) const { return !closed_ && queue_.empty() && wants <= free_; }
  void keep(Permit permit) {
    EXPECT_GT(permit.size(), 0u);
    permits_.push_back(std::move(permit));
  }

  void begin() {
    if (ops_.size() >= 7) return drop_one();
    const std::size_t wants = 1 + draw(max_);
    ops_.push_back(std::make_unique<Op>(semaphore_.acquire(wants), wants));
  }

  void poll_one() {
    if (ops_.empty()) return;
    const std::size_t index = draw(ops_.size());
    Op& op = *ops_[index];
    bool ready = op.is == Op::given;
    const bool throws = op.is == Op::refused || (op.is == Op::fresh && closed_);
    if (op.is == Op::fresh && can_take(op.wants)) {
      free_ -= op.wants;
      out_ += op.wants;
      ready = true;
    } else if (op.is == Op::fresh && !throws) {
      op.is = Op::waiting;
      queue_.push_back(&op);
    }
    try {
      Poll<Permit> poll = op.hand.poll(op.future);
      EXPECT_EQ(poll.is_ready(), ready);
      EXPECT_FALSE(throws);
      if (!poll.is_ready()) return;
      EXPECT_EQ(poll.value().size(), op.wants);
      keep(std::move(poll).value());
    } catch (const SemaphoreClosed&) {
      EXPECT_TRUE(throws);
    }
    op.is = Op::fresh;
    ops_.erase(ops_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void drop_one() {
    if (ops_.empty()) return;
    const auto dropped = ops_.begin() + static_cast<std::ptrdiff_t>(draw(ops_.size()));
    Op& op = **dropped;
    if (op.is == Op::given) {
      out_ -= op.wants;
      free_ += op.wants;
    }
    queue_.erase(std::remove(queue_.begin(), queue_.end(), &op), queue_.end());
    ops_.erase(dropped);
    hand_over();
  }

  void try_acquire() {
    const std::size_t wants = 1 + draw(max_);
    const bool can = can_take(wants);
    std::optional<Permit> permit = semaphore_.try_acquire(wants);
    EXPECT_EQ(permit.has_value(), can);
    if (!permit) return;
    free_ -= wants;
    out_ += wants;
    keep(std::move(*permit));
  }

  void split_or_merge() {
    if (permits_.empty()) return;
    Permit& one = permits_[draw(permits_.size())];
    Permit& other = permits_[draw(permits_.size())];
    if (draw(2) == 0) {
      one.merge(std::move(other));
    } else if (auto part = one.split(1 + draw(max_))) {
      keep(std::move(*part));
    }
  }

  void add() {
    const std::size_t more = 1 + draw(3);
    const bool too_many = free_ + out_ + more > max_;
    try {
      semaphore_.add(more);
      EXPECT_FALSE(too_many);
      free_ += more;
      hand_over();
    } catch (const std::invalid_argument&) {
      EXPECT_TRUE(too_many);
    }
  }
  void take_away() {
    const std::size_t fewer = 1 + draw(3);
    const std::size_t expected = std::min(fewer, free_);
    EXPECT_EQ(semaphore_.forget(fewer), expected);
    free_ -= expected;
  }

  /// A permit goes, and gives back what it has; or it is forgotten.
  void let_go() {
    if (permits_.empty()) return;
    std::vector<Permit> others;
    const std::size_t gone = draw(permits_.size());
    for (std::size_t i = 0; i < permits_.size(); ++i) {
      if (i != gone) others.push_back(std::move(permits_[i]));
    }
    out_ -= permits_[gone].size();
    if (draw(6) == 0) {
      permits_[gone].forget();
    } else {
      free_ += permits_[gone].size();
    }
    permits_.swap(others);
    others.clear();
    hand_over();
  }

  std::mt19937 random_;
  std::size_t free_;
  std::size_t out_ = 0;
  const std::size_t max_;
  bool closed_ = false;
  Semaphore semaphore_;
  std::vector<Permit> permits_;
  std::vector<std::unique_ptr<Op>> ops_;
  std::deque<Op*> queue_;
};

TEST(Model, AgreesWithTheSemaphoreStepByStep) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const std::size_t max = 1 + seed % 6;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed, seed % (max + 1), max);
    const int closes_at = seed % 4 == 0 ? 300 : -1;
    for (int step = 0; step < 400; ++step) {
      if (step == closes_at) model.close();
      model.step();
      model.check();
      if (testing::Test::HasFailure()) return;
    }
    model.end();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace model_test
}  // namespace book
