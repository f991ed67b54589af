#include "09_streams/story/backpressure.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "09_streams/local_channel.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr int kItems = 5;

/// One line: when, what the producer has sent, what is in the channel, what the consumer has taken.
void note(Instant start, const std::string& sent, const LocalReceiver<int>& channel,
          const std::string& taken) {
  const std::string items(channel.size(), '#');
  fmt::print("   {:>8}   {:<6}  [{:<2}]{}\n", story::moment(start), sent, items, taken);
}

Async<> produce(LocalSender<int> sender, const LocalReceiver<int>& channel, Instant start) {
  for (int item = 1; item <= kItems; ++item) {
    co_await sender.send(item);
    note(start, fmt::format("sent {}", item), channel, "");
  }
}

Async<> consume(LocalReceiver<int>& channel, Instant start) {
  for (;;) {
    auto item = co_await next(channel);
    if (!item) break;
    note(start, "", channel, fmt::format("  took {}", *item));
    co_await sleep(200ms);
  }
}

}  // namespace

Async<> fast_producer_slow_consumer(Instant start) {
  auto ends = local_channel<int>(2);
  co_await join(produce(std::move(ends.sender), ends.receiver, start),
                consume(ends.receiver, start));
}

}  // namespace book::story
