#include "exercise/debounce.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "04_io_executor/deadlock.h"
#include "09_streams/collect.h"
#include "09_streams/generator.h"
#include "09_streams/local_channel.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::debounce;
using Timeline = std::vector<std::pair<long, std::string>>;

struct Key {
  std::string name;
  Duration gap;  // since the one before
};

/// Types the keys, waits for `rest`, and ends.
AsyncStream<std::string> types(std::vector<Key> keys, Duration rest) {
  for (const Key& key : keys) {
    co_await sleep(key.gap);
    co_yield key.name;
  }
  co_await sleep(rest);
}

/// Passes a stream on, and does not stand being asked after its end.
template <class S>
struct OneEnd {
  using Item = ItemOf<S>;
  S stream;
  bool ended = false;
  PollItem<Item> poll_next(Context& cx) {
    if (ended)
      throw std::runtime_error(
          "The source has ended, and was asked again. A stream need not stay at its end: remember "
          "that it has ended.");
    PollItem<Item> next = stream.poll_next(cx);
    ended = next.is_ready() && !next.value();
    return next;
  }
};

/// What comes out of debounce(100ms), with its time in milliseconds of virtual time; the end too.
Timeline after(std::vector<Key> keys, Duration rest) {
  Executor executor({.time = TimeMode::virtual_time});
  const Instant start = executor.reactor().now();
  Timeline seen;
  auto note = [&](const std::string& what) {
    if (seen.size() == 20)
      throw std::logic_error("20 items have come out, and not so many went in");
    const Duration passed = executor.reactor().now() - start;
    seen.emplace_back(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count(), what);
  };
  auto typing = OneEnd<AsyncStream<std::string>>{types(std::move(keys), rest)};
  try {
    executor.block_on(typing | debounce(100ms) | for_each(note));
  } catch (const Deadlock&) {
    throw;
  } catch (const std::logic_error& error) {
    ADD_FAILURE() << "When you give what you kept, its pause is over. Neither of them may be left "
                     "for the next poll.\n"
                  << error.what();
  }
  note("end");
  return seen;
}

std::vector<std::string> names(const Timeline& timeline) {
  std::vector<std::string> all;
  for (const auto& [time, name] : timeline) all.push_back(name);
  return all;
}

TEST(Debounce, GivesOnlyTheLastOfABurst) {
  EXPECT_EQ(names(after({{"a", 0ms}, {"b", 50ms}}, 500ms)), (std::vector<std::string>{"b", "end"}))
      << "a came at 0, b at 50 ms. Nobody should hear of a: b followed within 100 ms. While you "
         "wait, does somebody ask the source? Does its item take the place of the last?";
}

TEST(Debounce, BeginsAnewWithEveryItem) {
  EXPECT_EQ(after({{"a", 0ms}, {"b", 60ms}, {"c", 60ms}, {"d", 60ms}}, 500ms),
            (Timeline{{280, "d"}, {680, "end"}}))
      << "a, b, c, d came at 0, 60, 120 and 180 ms. The time runs from the latest item: each one "
         "begins it anew.";
}

TEST(Debounce, GivesEachItemThatIsLeftAlone) {
  EXPECT_EQ(after({{"a", 0ms}, {"b", 150ms}, {"c", 20ms}, {"d", 300ms}}, 500ms),
            (Timeline{{100, "a"}, {270, "c"}, {570, "d"}, {970, "end"}}))
      << "a, b, c, d came at 0, 150, 170 and 470 ms. All but b were left alone for 100 ms.";
}

TEST(Debounce, GivesTheLastItemWhenTheSourceEnds) {
  EXPECT_EQ(after({{"a", 0ms}, {"b", 50ms}}, 20ms), (Timeline{{70, "b"}, {70, "end"}}))
      << "The source has ended 20 ms after b. b still waits: it comes now, and the end after it.";
}

TEST(Debounce, PassesAnEmptyStream) { EXPECT_EQ(after({}, 50ms), (Timeline{{50, "end"}})); }

TEST(Debounce, LeavesNoTimerWhenItIsDropped) {
  Executor executor({.time = TimeMode::virtual_time});
  const Reactor::Scope scope(executor.reactor());
  const Waker waker = Waker::noop();
  Context cx(waker);
  auto ends = local_channel<int>(1);
  ends.sender.start_send(1);
  {
    auto stream = ends.receiver | debounce(1s);
    EXPECT_TRUE(stream.poll_next(cx).is_pending());
    EXPECT_EQ(executor.reactor().waiting().timers, 1u);
  }
  EXPECT_EQ(executor.reactor().waiting().timers, 0u);
}

}  // namespace
}  // namespace book
