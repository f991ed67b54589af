// A lambda with captures that was written inside the statement of a co_await: g++ 12 destroys what
// it captured twice, so co_await refuses it. (Chapter 05, house rule 7)
#include "05_async_await/named_lambda.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "08_select/select.h"
#include "09_streams/collect.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "09_streams/then.h"
#include "09_streams/try_stream.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"
#include "support/async_test.h"

namespace book {
namespace named_lambda_test {

template <class F>
constexpr bool refused(const F&) {
  return detail::kHoldsNamelessLambda<F>;
}

using Kept = std::shared_ptr<int>;

/// `make` gives a future of a function, which it forwards.
template <class Make, class Lambda>
void expect_needs_a_name(const char* what, Make make, Lambda lambda) {
  EXPECT_FALSE(refused(make(lambda))) << what << " of a lambda with a name";
  EXPECT_TRUE(refused(make(std::move(lambda)))) << what << " of a lambda without one";
}
#define GIVEN(f) std::forward<decltype(f)>(f)

TEST(NamedLambda, IsRefusedWithoutANameWhereverAFutureKeepsIt) {
  const Kept kept = std::make_shared<int>(1);
  auto plus = [kept](int n) { return *kept + n; };
  auto next_to = [kept](int n) { return ready(*kept + n); };
  auto number = [kept] { return *kept; };
  auto poll = [kept](Context&) { return Poll<int>::ready(*kept); };
  expect_needs_a_name(
      "map", [](auto&& f) { return ready(1) | map(GIVEN(f)); }, plus);
  expect_needs_a_name(
      "then", [](auto&& f) { return ready(1) | then(GIVEN(f)); }, next_to);
  expect_needs_a_name(
      "poll_fn", [](auto&& f) { return poll_fn(GIVEN(f)); }, poll);
  const auto late = [](auto&& f) { return timeout(std::chrono::seconds(1), poll_fn(GIVEN(f))); };
  expect_needs_a_name("timeout", late, poll);
  const auto chosen = [](auto&& f) { return select(on(ready(1), GIVEN(f))); };
  expect_needs_a_name("on", chosen, plus);
  const auto looked = [&](auto&& f) { return select(on(ready(1), plus), otherwise(GIVEN(f))); };
  expect_needs_a_name("otherwise", looked, number);
  const auto ended = [&](auto&& f) { return select(on(ready(1), plus), complete(GIVEN(f))); };
  expect_needs_a_name("complete", ended, number);
  auto body = [kept](TaskScope&) { return ready(*kept); };
  expect_needs_a_name(
      "task_scope", [](auto&& f) { return task_scope(GIVEN(f)); }, body);
}

TEST(NamedLambda, IsRefusedWithoutANameWhereverAStreamKeepsIt) {
  const Kept kept = std::make_shared<int>(1);
  auto plus = [kept](int n) { return *kept + n; };
  auto next_to = [kept](int n) { return ready(*kept + n); };
  auto add = [kept](int sum, int n) { return sum + *kept + n; };
  const std::vector<int> numbers{1, 2, 3};
  const auto mapped = [&](auto&& f) { return next(iter(numbers) | map(GIVEN(f)) | take(1)); };
  expect_needs_a_name("map", mapped, plus);
  const auto each = [&](auto&& f) { return iter(numbers) | for_each(GIVEN(f)); };
  expect_needs_a_name("for_each", each, plus);
  const auto folded = [&](auto&& f) { return iter(numbers) | fold(0, GIVEN(f)); };
  expect_needs_a_name("fold", folded, add);
  const auto many = [&](auto&& f) { return iter(numbers) | for_each_concurrent(2, GIVEN(f)); };
  expect_needs_a_name("for_each_concurrent", many, next_to);
}
#undef GIVEN

TEST(NamedLambda, IsNotNeededForCapturesThatNeedNoDestructor) {
  int number = 1;
  const std::function<int(int)> function = [](int n) { return n; };
  EXPECT_FALSE(refused(ready(1) | map([&](int n) { return number + n; })));
  EXPECT_FALSE(refused(ready(1) | map([number](int n) { return number + n; })));
  EXPECT_FALSE(refused(ready(1) | map(std::function<int(int)>(function))));
  EXPECT_FALSE(refused(ready(1) | map(std::negate<>())));
  EXPECT_FALSE(refused(select(on(ready(std::string("text")), [&](const std::string&) {}))));
}

ASYNC_TEST(NamedLambda, OneWithANameIsDestroyedOnceForEachCopy) {
  const Kept kept = std::make_shared<int>(1);
  {
    auto plus = [kept](int n) { return *kept + n; };
    const int sum = co_await select(on(ready(41), plus));
    EXPECT_EQ(sum, 42);
    const int again = co_await (ready(1) | map(plus));
    EXPECT_EQ(again, 2);
    auto whole = ready(2) | map([kept](int n) { return *kept + n; });
    const int third = co_await whole;
    EXPECT_EQ(third, 3);
  }
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace named_lambda_test
}  // namespace book
