// mpsc (chapter 11): two senders and a channel of one place, with a receiver that takes everything,
// closes or goes, and a send that is dropped in the middle.
#include "11_channels/mpsc.h"

#include <optional>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

struct Shared {
  Shared() {
    auto ends = channel<int>(1);
    tx[0].emplace(ends.sender);
    tx[1].emplace(std::move(ends.sender));
    rx.emplace(std::move(ends.receiver));
  }
  std::optional<Sender<int>> tx[2];
  std::optional<Receiver<int>> rx;
  Parker sender[2], receiver;
  bool sent[2] = {false, false};
  int received = 0, sum = 0;
};

/// Sends and goes. `gives_up`: at the first poll that is pending.
void send(Shared& s, int who, bool gives_up) {
  const Waker waker = waker_of(s.sender[who]);
  Context cx(waker);
  try {
    auto sending = s.tx[who]->send(who + 1);
    for (;;) {
      if (sending.poll(cx).is_ready()) {
        s.sent[who] = true;
        break;
      }
      if (gives_up) break;
      s.sender[who].park();
    }
  } catch (const ChannelClosed&) {
  }
  s.tx[who].reset();
}

void receive_all(Shared& s) {
  const Waker waker = waker_of(s.receiver);
  Context cx(waker);
  for (;;) {
    auto item = s.rx->poll_next(cx);
    if (item.is_pending()) {
      s.receiver.park();
      continue;
    }
    if (!item.value()) break;
    ++s.received;
    s.sum += *item.value();
  }
}

void check_all(Shared& s) {
  check(s.received == int{s.sent[0]} + int{s.sent[1]}, "an item was lost, or came twice");
  check(s.sum == int{s.sent[0]} + 2 * int{s.sent[1]}, "an item came that nobody has sent");
}

const Subject kSubject("mpsc", [](Trial& trial) {
  trial.explore("a sender and a receiver", {}, [](Explore& e) {
    auto& s = e.make<Shared>();
    s.tx[1].reset();
    e.thread("sender", [&s] { send(s, 0, false); });
    e.thread("receiver", [&s] { receive_all(s); });
    e.finally([&s] { check_all(s); });
  });
  for (const bool gives_up : {false, true}) {
    trial.explore(gives_up ? "two senders, one gives up" : "two senders", {.by_lot = 20'000},
                  [gives_up](Explore& e) {
                    auto& s = e.make<Shared>();
                    e.thread("sender 1", [&s, gives_up] { send(s, 0, gives_up); });
                    e.thread("sender 2", [&s] { send(s, 1, false); });
                    e.thread("receiver", [&s] { receive_all(s); });
                    e.finally([&s] {
                      check(s.sent[1], "nobody has closed the channel");
                      check_all(s);
                    });
                  });
  }
  trial.explore("two senders, and a receiver that goes", {.by_lot = 20'000}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("sender 1", [&s] { send(s, 0, false); });
    e.thread("sender 2", [&s] { send(s, 1, false); });
    e.thread("receiver", [&s] { s.rx.reset(); });
  });
  trial.explore("two senders, and a receiver that closes", {.by_lot = 20'000}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("sender 1", [&s] { send(s, 0, false); });
    e.thread("sender 2", [&s] { send(s, 1, false); });
    e.thread("receiver", [&s] {
      s.rx->close();
      receive_all(s);
    });
    e.finally([&s] { check_all(s); });
  });
});

}  // namespace
}  // namespace book::explorer
