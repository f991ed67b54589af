#include "exercise/last_key.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"

namespace book {
namespace {

using namespace std::chrono_literals;

/// Keys, each at its time.
class Typing {
 public:
  using Item = std::string;
  Typing(Instant start, std::vector<std::pair<Duration, std::string>> keys)
      : start_(start), keys_(std::move(keys)) {}

  bool is_terminated() const noexcept { return given_ == keys_.size(); }
  Poll<std::optional<std::string>> poll_next(Context& cx) {
    if (is_terminated()) {
      if (++asked_at_the_end_ == 100)
        throw std::runtime_error(
            "The stream has ended, and is asked on and on in one poll. next(keys) is ready at the "
            "end of a stream, every time; select_next_some(keys) leaves the select to the pause.");
      return Poll<std::optional<std::string>>::ready(std::nullopt);
    }
    if (pause_.is_terminated()) pause_.set(sleep_until(start_ + keys_[given_].first));
    if (pause_.poll(cx).is_pending()) return pending;
    return Poll<std::optional<std::string>>::ready(keys_[given_++].second);
  }

 private:
  Instant start_;
  std::vector<std::pair<Duration, std::string>> keys_;
  std::size_t given_ = 0;
  int asked_at_the_end_ = 0;
  Fuse<Sleep> pause_ = Fuse<Sleep>::terminated();
};

/// What last_key gave, and when.
struct Given {
  std::optional<std::string> key;
  std::chrono::milliseconds at{};
};

Async<std::vector<Given>> call(Typing& keys, int times, Instant start) {
  std::vector<Given> all;
  for (int i = 0; i < times; ++i) {
    auto one = exercise::last_key(keys, 50ms);
    std::optional<std::string> key = co_await one;
    const Duration at = Reactor::current().now() - start;
    all.push_back({std::move(key), std::chrono::round<std::chrono::milliseconds>(at)});
  }
  co_return all;
}

std::vector<Given> last_keys(std::vector<std::pair<Duration, std::string>> keys, int times = 1) {
  Executor executor({.time = TimeMode::virtual_time});
  const Instant start = executor.reactor().now();
  Typing typing(start, std::move(keys));
  return executor.block_on(call(typing, times, start));
}

TEST(LastKey, GivesTheLastKeyOfABurst) {
  const Given given = last_keys({{10ms, "a"}, {20ms, "b"}, {30ms, "c"}})[0];
  EXPECT_EQ(given.key, std::string("c"))
      << "The key came out while somebody was still typing. After a key, wait: for the next one or "
         "for 50 quiet milliseconds, whichever is first.";
  EXPECT_EQ(given.at, 80ms) << "The last key came at 30 ms, and 50 ms later it was clear that it "
                               "was the last. (The end of the stream changes nothing.)";
}

TEST(LastKey, StartsThePauseAfreshWithEveryKey) {
  const Given given = last_keys({{0ms, "a"}, {40ms, "b"}, {80ms, "c"}, {120ms, "d"}})[0];
  EXPECT_EQ(given.key, std::string("d"))
      << "There were never 50 quiet milliseconds between two of these keys. "
         "Every key starts the pause afresh: Fuse::set drops the old one.";
}

TEST(LastKey, WaitsForTheFirstKeyHoweverLongItTakes) {
  const Given given = last_keys({{500ms, "late"}})[0];
  EXPECT_EQ(given.key, std::string("late"))
      << "Before the first key there is nothing to be quiet after. A pause that has not begun is "
         "Fuse<Sleep>::terminated().";
}

TEST(LastKey, LeavesLaterKeysToTheNextCall) {
  const std::vector<Given> given = last_keys({{10ms, "a"}, {200ms, "b"}, {210ms, "c"}}, 2);
  EXPECT_EQ(given[0].key, std::string("a"));
  EXPECT_EQ(given[0].at, 60ms);
  EXPECT_EQ(given[1].key, std::string("c")) << "The second call is there for the second burst.";
  EXPECT_EQ(given[1].at, 260ms);
}

TEST(LastKey, GivesNothingWhenTheStreamEndsWithoutAKey) {
  try {
    EXPECT_EQ(last_keys({})[0].key, std::nullopt);
  } catch (const Deadlock&) {
    FAIL() << "The stream has ended and there was no key: last_key may not wait on.";
  } catch (const std::logic_error& error) {
    FAIL() << "The stream has ended and no pause has begun: nobody is left who could win. What "
              "does a select need for that case?\n"
           << error.what();
  }
}

}  // namespace
}  // namespace book
