#include "10_spawning/story/four_ways.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "02_timer_future/sleep.h"
#include "08_select/select.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/spawn.h"
#include "10_spawning/story/lamp.h"
#include "10_spawning/timeout.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// Reads the same book, and looks up from it when the token says so: between two pages, or in one.
Async<int> read_and_listen(CancellationToken token, Instant start) {
  const Lamp lamp(start);
  int read = 0;
  while (read < kPages) {
    auto page = token.run_until_cancelled(sleep(100ms));
    const auto whole = co_await page;
    if (!whole) break;
    say(start, fmt::format("  page {} is read", ++read));
  }
  say(start, fmt::format("  a bookmark goes in after page {}", read));
  co_return read;
}

}  // namespace

Async<> cancel_by_dropping(Instant start) {
  {
    Async<int> reading = read_book(start);
    auto a_while = select(reading, sleep(150ms));  // borrowed: at the end it stands still
    co_await a_while;
    say(start, "the block ends, and the future with it");
  }
  say(start, "nobody is left to ask");
}

Async<> cancel_by_abort(Instant start) {
  JoinHandle<int> reading = spawn(read_book(start));
  co_await sleep(150ms);
  reading.abort();
  say(start, "abort() has returned");
  try {
    const int pages = co_await reading;
    say(start, fmt::format("{} pages", pages));
  } catch (const JoinError& error) {
    say(start, "the handle throws a JoinError:");
    fmt::print("            {}\n", error.what());
  }
}

Async<> cancel_by_token(Instant start) {
  const CancellationToken token;
  JoinHandle<int> reading = spawn(read_and_listen(token, start));
  co_await sleep(150ms);
  token.cancel();
  say(start, "cancel() has returned");
  const int pages = co_await reading;
  say(start, fmt::format("the handle says: {} page", pages));
}

Async<> cancel_by_timeout(Instant start) {
  auto hurried = timeout(150ms, read_book(start));
  const std::optional<int> pages = co_await hurried;
  say(start, pages ? "read in time" : "the optional is empty");
}

}  // namespace book::story
