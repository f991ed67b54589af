// Items that can be moved but not assigned, as most futures are. (Chapter 09)
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "09_streams/chain_zip.h"
#include "09_streams/collect.h"
#include "09_streams/forward.h"
#include "09_streams/local_channel.h"
#include "09_streams/map_filter.h"
#include "09_streams/merge.h"
#include "09_streams/peekable.h"
#include "09_streams/sources.h"

namespace book {
namespace movable_test {

struct Movable {
  explicit Movable(int number) : value(number) {}
  Movable(Movable&&) = default;
  Movable& operator=(Movable&&) = delete;
  ~Movable() = default;
  int value;
};

auto movables(int first) {
  return iter(std::vector<int>{first, first + 1}) | map([](int i) { return Movable(i); });
}

int value_of(const Movable& item) { return item.value; }

TEST(MovableItemsTest, AreMerged) {
  EXPECT_EQ(
      block_on(merge(movables(1), movables(10)) | map(value_of) | collect<std::vector<int>>()),
      (std::vector<int>{1, 10, 2, 11}));
}

TEST(MovableItemsTest, ArePeekedAt) {
  EXPECT_EQ(block_on(movables(1) | peekable() | map(value_of) | collect<std::vector<int>>()),
            (std::vector<int>{1, 2}));
}

TEST(MovableItemsTest, AreZipped) {
  const auto sum = [](const std::pair<Movable, Movable>& both) {
    return both.first.value + both.second.value;
  };
  EXPECT_EQ(block_on(movables(1) | zip(movables(10)) | map(sum) | collect<std::vector<int>>()),
            (std::vector<int>{11, 13}));
}

TEST(MovableItemsTest, AreForwarded) {
  auto ends = local_channel<Movable>(2);
  block_on(movables(1) | forward(std::move(ends.sender)));
  EXPECT_EQ(block_on(ends.receiver | map(value_of) | collect<std::vector<int>>()),
            (std::vector<int>{1, 2}));
}

}  // namespace movable_test
}  // namespace book
