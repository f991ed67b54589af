#include "12_sync/story/permits.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "12_sync/semaphore.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// A download line of four connections.
struct Line {
  Semaphore connections{4};
  std::size_t busy = 0, most = 0;
};

Async<> download(Line& line, std::string what, std::size_t connections, Duration takes,
                 Instant start) {
  const Permit permit = co_await line.connections.acquire(connections);
  line.busy += permit.size();
  line.most = std::max(line.most, line.busy);
  say(start, fmt::format("{:8} begins: {} of 4 are busy", what, line.busy));
  co_await sleep(takes);
  line.busy -= permit.size();
}

// ---- the trap -------------------------------------------------------------

Async<> works(Semaphore& desks, int who, Instant start) {
  Permit desk = co_await desks.acquire();
  say(start, fmt::format("worker {} has a desk", who));
  co_await sleep(10ms);
  desk.forget();  // "I am done with it"
}

}  // namespace

Async<> four_at_a_time(Instant start) {
  Line line;
  co_await join(download(line, "page 1", 1, 20ms, start), download(line, "page 2", 1, 40ms, start),
                download(line, "page 3", 1, 60ms, start), download(line, "page 4", 1, 80ms, start),
                download(line, "film (3)", 3, 40ms, start),
                download(line, "page 5", 1, 20ms, start), download(line, "page 6", 1, 20ms, start));
  say(start, fmt::format("all are there, and there were never more than {}", line.most));
}

Async<> forgets_its_permits(Instant start) {
  Semaphore desks(2);
  for (int who = 1; who <= 4; ++who) co_await works(desks, who, start);
  say(start, "all four have worked");
}

}  // namespace book::story
