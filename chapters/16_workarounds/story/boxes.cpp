#include "16_workarounds/story/boxes.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async_block.h"
#include "05_async_await/dangling.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "16_workarounds/boxed_future.h"
#include "16_workarounds/boxed_stream.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

// ---- several kinds --------------------------------------------------------

Async<std::string> soup() {
  co_await sleep(20ms);
  co_await sleep(20ms);
  co_return "soup";
}

/// What is told of a dish when it is there.
Async<> serves(BoxFuture<std::string> dish, Instant start) {
  const std::string what = co_await std::move(dish);
  say(start, what);
}

AsyncStream<std::string> courses() {
  co_await sleep(10ms);
  co_yield "cheese";
  co_await sleep(10ms);
  co_yield "coffee";
}

/// Three streams of three types. The guest says which.
BoxStream<std::string> dessert(int guest) {
  using Dishes = std::vector<std::string>;
  if (guest == 1) return iter(Dishes{"cake"});
  if (guest == 2) return courses();
  return iter(Dishes{"cherries", "plums"}) |
         map([](const std::string& fruit) { return "no " + fruit; });
}

// ---- blocks ---------------------------------------------------------------

Async<int> page(int number) {
  co_await yield_now();
  if (number == 3) throw std::runtime_error("page 3 is torn out");
  co_return 100 * number;
}

}  // namespace

Async<> of_several_kinds(Instant start) {
  std::vector<BoxFuture<std::string>> dishes;
  dishes.push_back(soup());
  dishes.push_back(sleep(30ms) | map([] { return std::string("salad"); }));
  dishes.push_back(join(sleep(10ms), sleep(50ms)) |
                   map([](const auto&) -> std::string { return "pasta, and its sauce"; }));
  dishes.push_back(ready(std::string("bread")));

  std::vector<BoxFuture<>> served;
  for (auto& dish : dishes) served.push_back(serves(std::move(dish), start));
  co_await join_all(std::move(served));

  for (int guest = 1; guest <= 3; ++guest) {
    BoxStream<std::string> dishes_of_guest = dessert(guest);
    for (;;) {
      const std::optional<std::string> dish = co_await next(dishes_of_guest);
      if (!dish) break;
      say(start, fmt::format("guest {}: {}", guest, *dish));
    }
  }
}

Async<> blocks(Instant start) {
  const auto read = [](int from, int to) -> Async<std::optional<int>> {
    int letters = 0;
    for (int number = from; number <= to; ++number) {
      const int on_this_one = co_await page(number);
      if (on_this_one > 500) co_return std::nullopt;
      letters += on_this_one;
    }
    co_return letters;
  };
  const std::optional<int> two_pages = co_await read(1, 2);
  say(start, fmt::format("pages 1 to 2: {} letters", two_pages.value_or(0)));
  const std::optional<int> no_more = co_await read(4, 9);
  say(start, no_more ? "pages 4 to 9: read" : "pages 4 to 9: the block has returned early");
  try {
    const std::optional<int> torn = co_await read(1, 9);
    say(start, fmt::format("pages 1 to 9: {} letters", torn.value_or(0)));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("pages 1 to 9: {}", error.what()));
  }
}

Async<> goes_before_they_run() {
  std::vector<std::function<Async<std::string>()>> jobs;
  jobs.emplace_back([guest = Witness("anna")]() -> Async<std::string> {
    const Witness& me = guest;
    co_await yield_now();
    co_return name_of(me);
  });
  std::vector<BoxFuture<std::string>> bare, kept;
  for (const auto& job : jobs) {
    bare.push_back(job());
    kept.push_back(async(job));
  }
  auto all_bare = join_all(std::move(bare));
  auto all_kept = join_all(std::move(kept));
  auto begun = poll_fn([&](Context& cx) {
    (void)all_bare.poll(cx);
    (void)all_kept.poll(cx);
    return Poll<void>::ready();
  });
  co_await begun;
  jobs.clear();
  const auto of_bare = co_await all_bare;
  const auto of_kept = co_await all_kept;
  fmt::print("called bare, I am {}\n", of_bare[0]);
  fmt::print("in async(), I am {}\n", of_kept[0]);
}

}  // namespace book::story
