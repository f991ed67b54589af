// An mpsc channel under thousands of steps drawn by lot, beside a model that is too simple to be
// wrong: what was accepted comes out in that order; who was woken for a slot has it; nobody sleeps
// while there is something for them. (Chapter 11)
#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "11_channels/mpsc.h"
#include "by_hand.h"

namespace book {
namespace model_test {

using test::Hand;

class Model {
 public:
  Model(unsigned seed, std::size_t capacity)
      : random_(seed), capacity_(capacity), ends_(channel<int>(capacity)) {}

  void step() {
    switch (draw(10)) {
      case 0:
        return begin_send();
      case 1:
        return begin_reserve();
      case 2:
      case 3:
        return poll_one();
      case 4:
        return drop_one();
      case 5:
        return try_send();
      case 6:
        return use_permit();
      case 7:
        return drop_permits();
      default:
        return receive();
    }
  }

  void close() {
    ends_.receiver.close();
    closed_ = true;
  }

  /// After each step.
  void check() {
    const std::size_t free = ends_.sender.capacity();
    std::size_t reserved = 0;
    for (const Permits<int>& permits : permits_) reserved += permits.size();
    EXPECT_LE(accepted_.size() + reserved + free, capacity_);
    EXPECT_EQ(ends_.receiver.size(), accepted_.size());
    for (const auto& op : ops_) {
      if (op->pending && op->hand.wakes() == op->wakes_seen) {
        EXPECT_EQ(free, 0u) << "one sleeps, and a slot is free";
        EXPECT_FALSE(closed_) << "one sleeps, and the channel is closed";
      }
    }
    if (receiver_waits_ && receiver_.wakes() == receiver_wakes_) {
      EXPECT_TRUE(accepted_.empty()) << "the receiver sleeps, and an item is there";
    }
  }

  /// Everybody goes: all slots are free, or have an item.
  void end() {
    ops_.clear();
    permits_.clear();
    EXPECT_EQ(ends_.sender.capacity(), capacity_ - accepted_.size()) << "a slot was lost";
    while (!accepted_.empty()) receive();
    EXPECT_EQ(ends_.sender.capacity(), capacity_);
    if (!closed_) return;
    receive();
    EXPECT_TRUE(ends_.receiver.is_terminated());
  }

 private:
  /// A send or a reserve that is under way.
  struct Op {
    Hand hand;
    std::optional<SendItem<int>> send;
    std::optional<Reserve<int>> reserve;
    int item = 0;
    bool pending = false;
    int wakes_seen = 0;
  };

  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }
  std::size_t draw_index(std::size_t size) { return static_cast<std::size_t>(random_() % size); }

  void begin_send() {
    if (ops_.size() >= 6) return drop_one();
    ops_.push_back(std::make_unique<Op>());
    ops_.back()->item = ++items_;
    ops_.back()->send.emplace(ends_.sender.send(items_));
  }
  void begin_reserve() {
    if (ops_.size() >= 6) return drop_one();
    ops_.push_back(std::make_unique<Op>());
    ops_.back()->reserve.emplace(ends_.sender.reserve(1 + draw_index(capacity_)));
  }

  void poll_one() {
    if (ops_.empty()) return;
    const std::size_t index = draw_index(ops_.size());
    Op& op = *ops_[index];
    const bool was_woken = op.pending && op.hand.wakes() > op.wakes_seen;
    try {
      if (op.send) {
        op.pending = op.hand.is_pending(*op.send);
        if (!op.pending) accepted_.push_back(op.item);
      } else {
        auto permits = op.hand.poll(*op.reserve);
        op.pending = permits.is_pending();
        if (!op.pending) permits_.push_back(std::move(permits).value());
      }
    } catch (const ChannelClosed&) {
      EXPECT_TRUE(closed_);
      op.pending = false;
    }
    op.wakes_seen = op.hand.wakes();
    EXPECT_FALSE(was_woken && op.pending) << "woken for nothing: the slot was another's";
    if (!op.pending) ops_.erase(ops_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void drop_one() {
    if (!ops_.empty()) {
      ops_.erase(ops_.begin() + static_cast<std::ptrdiff_t>(draw_index(ops_.size())));
    }
  }

  void try_send() {
    const std::size_t free = ends_.sender.capacity();
    const TrySend sent = ends_.sender.try_send(int{++items_});
    if (sent == TrySend::sent) accepted_.push_back(items_);
    EXPECT_EQ(sent, closed_ ? TrySend::closed : free > 0 ? TrySend::sent : TrySend::full);
  }

  void use_permit() {
    if (permits_.empty()) return;
    Permits<int>& permits = permits_[draw_index(permits_.size())];
    if (permits.size() == 0) return;
    EXPECT_TRUE(permits.send(int{++items_}));
    accepted_.push_back(items_);
  }
  void drop_permits() {
    if (permits_.empty()) return;
    std::vector<Permits<int>> others;
    const std::size_t dropped = draw_index(permits_.size());
    for (std::size_t i = 0; i < permits_.size(); ++i) {
      if (i != dropped) others.push_back(std::move(permits_[i]));
    }
    permits_.swap(others);
  }

  void receive() {
    Context cx(receiver_.waker.waker());
    auto item = ends_.receiver.poll_next(cx);
    receiver_waits_ = item.is_pending();
    receiver_wakes_ = receiver_.wakes();
    if (receiver_waits_) {
      EXPECT_TRUE(accepted_.empty()) << "it waits, and an item is there";
    } else if (!item.value()) {
      EXPECT_TRUE(closed_ && accepted_.empty());
    } else {
      ASSERT_FALSE(accepted_.empty()) << "an item that nobody has sent: " << *item.value();
      EXPECT_EQ(*item.value(), accepted_.front());
      accepted_.pop_front();
    }
  }

  std::mt19937 random_;
  std::size_t capacity_;
  ChannelEnds<int> ends_;
  Hand receiver_;
  bool receiver_waits_ = false;
  int receiver_wakes_ = 0;
  std::vector<std::unique_ptr<Op>> ops_;
  std::vector<Permits<int>> permits_;
  std::deque<int> accepted_;
  int items_ = 0;
  bool closed_ = false;
};

TEST(Model, AgreesWithTheChannelStepByStep) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const std::size_t capacity = 1 + seed % 5;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed, capacity);
    const int closes_at = seed % 3 == 0 ? 300 : -1;
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
