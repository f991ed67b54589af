#include "12_sync/story/readers.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "12_sync/rw_lock.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> reads(RwLock<int>& page, const char* who, Duration comes, Duration stays, Instant start) {
  co_await sleep(comes);
  const long before = elapsed_ms(start);
  const ReadGuard<int> guard = co_await page.read();
  const long waited = elapsed_ms(start) - before;
  say(start, waited == 0
                 ? fmt::format("{} reads version {}", who, *guard)
                 : fmt::format("{} reads version {}, after a wait of {} ms", who, *guard, waited));
  co_await sleep(stays);
  say(start, fmt::format("{} is done", who));
}

Async<> writes(RwLock<int>& page, Instant start) {
  co_await sleep(20ms);
  say(start, "the writer asks");
  WriteGuard<int> guard = co_await page.write();
  say(start, "the writer begins");
  co_await sleep(50ms);
  *guard = 2;
  const ReadGuard<int> still = std::move(guard).downgrade();
  say(start, "the writer has written, and reads it through");
  co_await sleep(30ms);
  say(start, fmt::format("the writer is done: it is still version {}", *still));
}

// ---- the trap -------------------------------------------------------------

/// Tasks of their own share the lock: whichever ends last takes it along.
using Shared = std::shared_ptr<RwLock<int>>;

Async<> writes_once(Shared pages, Instant start) {
  say(start, "the writer asks");
  const WriteGuard<int> guard = co_await pages->write();
  say(start, "the writer begins");
}

Async<int> number_of(Shared pages) {
  const ReadGuard<int> guard = co_await pages->read();
  co_return *guard;
}

Async<> prints(Shared pages, Instant start) {
  const ReadGuard<int> guard = co_await pages->read();
  say(start, "the reader reads");
  co_await sleep(10ms);
  say(start, "the reader calls a function, which reads as well");
  const int number = co_await number_of(pages);  // which reads, too
  say(start, fmt::format("{} pages", number));
}

}  // namespace

Async<> readers_and_a_writer(Instant start) {
  RwLock<int> page(1);
  co_await join(reads(page, "anna", 0ms, 60ms, start), reads(page, "ben", 10ms, 90ms, start),
                writes(page, start), reads(page, "cleo", 30ms, 20ms, start));
}

Async<> reads_while_it_reads(Instant start) {
  const Shared pages = std::make_shared<RwLock<int>>(7);
  auto reader = spawn(prints(pages, start));
  auto writer = spawn(writes_once(pages, start));
  co_await reader;
  co_await writer;
}

}  // namespace book::story
