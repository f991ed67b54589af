#include "09_streams/story/asleep.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/map_then.h"
#include "09_streams/buffered.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/sources.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// The server answers after n * 100 ms, whatever we do. When do we hear it?
Async<int> fetch(int n, Instant start) {
  co_await sleep(n * 100ms);
  fmt::print("   page {}: answered at {} ms, heard at {}\n", n, n * 100, story::moment(start));
  co_return n;
}

Async<> read_page() { co_await sleep(1s); }

}  // namespace

Async<> reads_in_the_loop(Instant start) {
  auto begin = [start](int n) { return fetch(n, start); };
  auto pages = iter({1, 2, 3}) | map(begin) | buffer_unordered(3);
  for (;;) {
    auto page = co_await next(pages);
    if (!page) break;
    co_await read_page();  // the mistake: for a second nobody polls `pages`
  }
}

Async<> reads_in_the_pipeline(Instant start) {
  auto fetch_and_read = [start](int n) -> Async<> {
    (void)co_await fetch(n, start);
    co_await read_page();
  };
  auto all = iter({1, 2, 3}) | for_each_concurrent(3, fetch_and_read);
  co_await all;
}

}  // namespace book::story
