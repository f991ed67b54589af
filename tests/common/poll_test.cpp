#include "common/poll.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace book {
namespace poll_test {

TEST(Poll, IsEitherReadyWithAValueOrPending) {
  const Poll<int> ready = 42;
  EXPECT_TRUE(ready.is_ready());
  EXPECT_FALSE(ready.is_pending());
  EXPECT_EQ(ready.value(), 42);
  const Poll<int> waiting = pending;
  EXPECT_FALSE(waiting.is_ready());
  EXPECT_TRUE(waiting.is_pending());
}

TEST(Poll, OfANumberTakesNoBool) {
  EXPECT_FALSE((std::is_convertible_v<bool, Poll<int>>)) << "return false; in the place of pending";
  EXPECT_FALSE((std::is_convertible_v<bool, Poll<std::size_t>>));
  EXPECT_TRUE((std::is_convertible_v<bool, Poll<bool>>));
  EXPECT_TRUE((std::is_constructible_v<Poll<std::optional<bool>>, bool>));
  EXPECT_TRUE((std::is_convertible_v<short, Poll<int>>));
}

TEST(Poll, WithoutAValueThereIsNoValueToTake) {
  Poll<std::string> poll = pending;
  EXPECT_THROW(poll.value(), std::logic_error);
  EXPECT_THROW(std::move(poll).value(), std::logic_error);
  EXPECT_THROW(Poll<void>(pending).value(), std::logic_error);
}

TEST(Poll, CarriesAValueThatCanOnlyBeMoved) {
  Poll<std::unique_ptr<int>> poll = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(poll).value();
  EXPECT_EQ(*value, 7);
}

TEST(Poll, ItsValueCanBeChangedInPlace) {
  Poll<std::string> poll = std::string("half");
  poll.value() += " done";
  EXPECT_EQ(poll.value(), "half done");
}

TEST(Poll, CarriesAnOptionalWithoutTakingItsEmptinessForPending) {
  const auto empty = Poll<std::optional<int>>::ready();
  EXPECT_TRUE(empty.is_ready());
  EXPECT_FALSE(empty.value().has_value());
  const auto full = Poll<std::optional<int>>::ready(3);
  EXPECT_EQ(full.value(), 3);
}

TEST(Poll, CarriesAnotherPoll) {
  const auto outer = Poll<Poll<int>>::ready(pending);
  EXPECT_TRUE(outer.is_ready());
  EXPECT_TRUE(outer.value().is_pending());
}

TEST(Poll, OfVoidIsReadyOrNot) {
  EXPECT_TRUE(Poll<void>::ready().is_ready());
  EXPECT_NO_THROW(Poll<void>::ready().value());
  EXPECT_TRUE(Poll<void>(pending).is_pending());
}

}  // namespace poll_test
}  // namespace book
