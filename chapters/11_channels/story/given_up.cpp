#include "11_channels/story/given_up.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "02_timer_future/sleep.h"
#include "08_select/select.h"
#include "10_spawning/spawn.h"
#include "11_channels/mpsc.h"
#include "11_channels/story/hand_over.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// Ten items, after these pauses. The seventh comes in the very millisecond in which the receiver
/// gives up.
constexpr std::chrono::milliseconds kPauses[] = {10ms, 10ms, 50ms, 10ms, 50ms,
                                                 10ms, 30ms, 50ms, 10ms, 50ms};

Async<> sends_ten(Sender<int> tx) {
  int item = 0;
  for (const auto pause : kPauses) {
    co_await sleep(pause);
    co_await tx.send(++item);
  }
}
Async<> sends_ten(HandOver& tx) {
  int item = 0;
  for (const auto pause : kPauses) {
    co_await sleep(pause);
    tx.send(++item);
  }
  tx.end();
}

/// Receives to the end, and waits for at most 30 ms at a time.
template <class Receive>
Async<> receives(Receive receive, Instant start) {
  int received = 0;
  int given_up = 0;
  for (;;) {
    auto race = select_biased(sleep(30ms), receive());
    const auto first = co_await race;
    if (first.index() == 0) {
      ++given_up;  // and the receive is dropped, wherever it stands
    } else if (std::get<1>(first)) {
      ++received;
    } else {
      break;
    }
  }
  say(start, fmt::format("given up {} times: 10 sent, {} received", given_up, received));
}

}  // namespace

Async<> give_up_receiving(Instant start) {
  auto ends = channel<int>(4);
  Receiver<int>& rx = ends.receiver;
  spawn(sends_ten(std::move(ends.sender)));
  const auto receive = [&rx] { return next(rx); };
  co_await receives(receive, start);
}

Async<> give_up_what_is_in_the_hands(Instant start) {
  HandOver channel;
  auto sending = spawn(sends_ten(channel));
  const auto receive = [&channel] { return channel.receive(); };
  co_await receives(receive, start);
  co_await sending;
}

}  // namespace book::story
