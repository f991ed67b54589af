#include "11_channels/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "by_hand.h"

namespace book::detail {
namespace ring_test {

using test::Brittle;

TEST(Ring, IsFirstInFirstOutWhateverItsSize) {
  for (const std::size_t most : {1u, 2u, 3u, 31u, 32u, 33u, 100u, 1000u}) {
    Ring<std::string> ring(most);
    std::deque<std::string> expected;
    std::mt19937 random(static_cast<unsigned>(most));
    for (int step = 0; step < 5'000; ++step) {
      // Long runs of the same, so that it is full now and then, and empty.
      const bool push = (random() % 64 < 32) == ((step / 200) % 2 == 0);
      if (push && expected.size() < most) {
        std::string item = "an item too long to lie in the string itself: " + std::to_string(step);
        expected.push_back(item);
        ring.push(std::move(item));
      } else if (!push && !expected.empty()) {
        ASSERT_EQ(ring.front(), expected.front()) << "most: " << most;
        ring.pop();
        expected.pop_front();
      }
      ASSERT_EQ(ring.size(), expected.size());
      ASSERT_EQ(ring.empty(), expected.empty());
    }
  }
}

TEST(Ring, DestroysWhatIsLeftInIt) {
  const test::DropCounter drops;
  {
    Ring<test::DropCounter::Token> ring(100);
    for (int i = 0; i < 70; ++i) ring.push(drops.token());
    for (int i = 0; i < 10; ++i) ring.pop();
    EXPECT_EQ(drops.live(), 60);
    Ring<test::DropCounter::Token> moved(std::move(ring));
    EXPECT_TRUE(ring.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(moved.size(), 60u);
    EXPECT_EQ(drops.live(), 60) << "what lies in it does not move";
  }
  EXPECT_EQ(drops.live(), 0);
}

TEST(Ring, IsUnchangedByAMoveThatThrows) {
  for (int before = 0; before <= 70; ++before) {
    Ring<Brittle> ring(100);
    for (int i = 0; i < before; ++i) ring.push(Brittle(i));
    Brittle::moves_until_it_throws = 1;
    EXPECT_THROW(ring.push(Brittle(-1)), std::runtime_error);
    Brittle::moves_until_it_throws = 0;
    ASSERT_EQ(ring.size(), static_cast<std::size_t>(before));
    // Once emptied after that, and once not.
    for (int i = 0; i < before; ++i) {
      if (before % 2 == 0) ring.push(Brittle(before + i));
      ASSERT_EQ(ring.front().number, i);
      ring.pop();
    }
    ring.push(Brittle(1'000));
    ASSERT_EQ(ring.front().number, before % 2 == 0 && before > 0 ? before : 1'000);
  }
}

TEST(Ring, AlignsItsItems) {
  Ring<test::Wide> ring(3);
  for (int i = 0; i < 3; ++i) ring.push(test::Wide(i));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(ring.front().lies_right());
    EXPECT_EQ(ring.front().number, i);
    ring.pop();
  }
}

}  // namespace ring_test
}  // namespace book::detail
