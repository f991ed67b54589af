#include "11_channels/story/answers.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "02_timer_future/sleep.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> computes(OneshotSender<int> answer, bool gives_up) {
  co_await sleep(50ms);
  if (gives_up) co_return;  // and with it goes the sender
  answer.send(42);
}

// ---- the actor ------------------------------------------------------------

struct Put {
  int boxes;
};
struct Take {
  int boxes;
  OneshotSender<bool> done;
};
struct Count {
  OneshotSender<int> boxes;
};
using Request = std::variant<Put, Take, Count>;

/// Owns the number of boxes. Nobody else can touch it, so there is nothing to lock.
Async<> warehouse(Receiver<Request> requests, Instant start) {
  int boxes = 0;
  for (;;) {
    auto request = co_await next(requests);
    if (!request) break;
    co_await sleep(20ms);  // up the ladder and down again
    if (const Put* put = std::get_if<Put>(&*request)) {
      boxes += put->boxes;
    } else if (Take* take = std::get_if<Take>(&*request)) {
      const bool enough = boxes >= take->boxes;
      if (enough) boxes -= take->boxes;
      take->done.send(bool{enough});
    } else if (Count* count = std::get_if<Count>(&*request)) {
      const bool heard = count->boxes.send(int{boxes});
      if (!heard) say(start, "  the warehouse: whoever asked has gone");
    }
  }
  say(start, "  the warehouse: nobody can ask any more");
}

Async<int> count(Sender<Request> warehouse) {
  auto answer = oneshot<int>();
  Request request = Count{std::move(answer.sender)};
  co_await warehouse.send(std::move(request));
  const int boxes = co_await answer.receiver;
  co_return boxes;
}

Async<bool> take(Sender<Request> warehouse, int boxes) {
  auto answer = oneshot<bool>();
  Request request = Take{boxes, std::move(answer.sender)};
  co_await warehouse.send(std::move(request));
  const bool done = co_await answer.receiver;
  co_return done;
}

Async<> visits(Sender<Request> warehouse, Instant start) {
  Request delivery = Put{10};
  co_await warehouse.send(std::move(delivery));
  say(start, "10 boxes are on their way; no answer is wanted");
  auto hurried = timeout(30ms, count(warehouse));
  const std::optional<int> in_time = co_await hurried;
  say(start, in_time ? "counted" : "the one who asked for the number gives up");
  const bool taken = co_await take(warehouse, 7);
  say(start, taken ? "7 boxes are taken" : "there are no 7 boxes");
  const bool more = co_await take(warehouse, 7);
  say(start, more ? "7 boxes are taken" : "there are no 7 boxes left");
  const int left = co_await count(warehouse);
  say(start, fmt::format("{} are left", left));
}

}  // namespace

Async<> one_answer(Instant start) {
  for (const bool gives_up : {false, true}) {
    auto ends = oneshot<int>();
    spawn(computes(std::move(ends.sender), gives_up));
    try {
      const int answer = co_await ends.receiver;
      say(start, fmt::format("the answer is {}", answer));
    } catch (const ChannelClosed& closed) {
      say(start, closed.what());
    }
  }
}

Async<> an_actor(Instant start) {
  auto ends = channel<Request>(8);
  auto keeper = spawn(warehouse(std::move(ends.receiver), start));
  co_await visits(std::move(ends.sender), start);
  co_await keeper;
}

}  // namespace book::story
