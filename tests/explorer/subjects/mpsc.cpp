// channel (11) with room for one: two senders, one receiver; items, ends, and futures that are
// dropped.
#include "11_channels/mpsc.h"

#include <memory>
#include <optional>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

using Item = std::unique_ptr<int>;

struct Shared {
  explicit Shared(ChannelEnds<Item> ends)
      : sender{ends.sender, std::move(ends.sender)}, receiver(std::move(ends.receiver)) {}
  std::optional<Sender<Item>> sender[2];
  std::optional<SendItem<Item>> waiting[2];
  std::optional<Permits<Item>> permit;
  std::optional<Receiver<Item>> receiver;
  Parker task[3];

  void send(int who) {
    SendItem<Item> send = sender[who]->send(std::make_unique<int>(7));
    (void)wait_for(task[who], [&](Context& cx) { return send.poll(cx); });
  }
  /// Until the end. Gives how many there were.
  int receive_all() {
    for (int items = 0;; ++items) {
      auto item = wait_for(task[2], [&](Context& cx) { return receiver->poll_next(cx); }).value();
      if (!item) return items;
      check(**item == 7, "another item");
    }
  }
};

Shared& make(Explore& e) { return e.make<Shared>(channel<Item>(1)); }

/// The sender's future has been polled once, and waits, when the threads begin.
void queue(Shared& s, int who) {
  const Waker waker = waker_of(s.task[who]);
  Context cx(waker);
  s.waiting[who].emplace(s.sender[who]->send(std::make_unique<int>(7)));
  check(s.waiting[who]->poll(cx).is_pending(), "there is room where there is none");
}
void fill(Shared& s) {
  check(s.sender[0]->try_send(std::make_unique<int>(7)) == TrySend::sent, "it is full already");
}

void two_senders(Explore& e) {
  auto& s = make(e);
  for (int who : {0, 1}) {
    e.thread(who ? "sender 2" : "sender 1", [&s, who] {
      s.send(who);
      s.sender[who].reset();
    });
  }
  e.thread("receiver", [&s] { check(s.receive_all() == 2, "an item is lost"); });
}

void two_items(Explore& e) {
  auto& s = make(e);
  s.sender[1].reset();
  e.thread("sender", [&s] {
    s.send(0);
    s.send(0);
    s.sender[0].reset();
  });
  e.thread("receiver", [&s] { check(s.receive_all() == 2, "an item is lost"); });
}

void receiver_goes(Explore& e) {
  auto& s = make(e);
  s.sender[1].reset();
  fill(s);
  e.thread("sender", [&s] {
    try {
      s.send(0);
      check(false, "sent to nobody");
    } catch (const ChannelClosed&) {
    }
  });
  e.thread("receiver", [&s] { s.receiver.reset(); });
}

/// Two wait for room. The first one's future is dropped, perhaps with the slot it has just been
/// given: then the second must get it.
void one_gives_up(Explore& e) {
  auto& s = make(e);
  fill(s);
  queue(s, 0);
  queue(s, 1);
  e.thread("gives up", [&s] {
    s.waiting[0].reset();
    s.sender[0].reset();
  });
  e.thread("waits", [&s] {
    (void)wait_for(s.task[1], [&](Context& cx) { return s.waiting[1]->poll(cx); });
    s.sender[1].reset();
  });
  e.thread("receiver", [&s] { check(s.receive_all() == 2, "an item is lost"); });
}

/// A closed channel ends when the last permit goes, used or not.
void last_permit(Explore& e, bool used) {
  auto& s = make(e);
  s.permit.emplace(*s.sender[0]->try_reserve());
  e.thread("permit", [&s, used] {
    if (used) s.permit->send(std::make_unique<int>(7));
    s.permit.reset();
  });
  e.thread("receiver", [&s, used] {
    s.receiver->close();
    check(s.receive_all() == (used ? 1 : 0), "an item is lost");
  });
}

const Subject kSubject("mpsc", [](Trial& trial) {
  trial.explore("two items", {}, two_items);
  trial.explore("the receiver goes while a sender waits", {}, receiver_goes);
  trial.explore("one of two that wait gives up", {.late_stores = 0}, one_gives_up);
  trial.explore("the last permit of a closed channel is dropped", {},
                [](Explore& e) { last_permit(e, false); });
  trial.explore("the last permit of a closed channel is used", {},
                [](Explore& e) { last_permit(e, true); });
  trial.explore("two senders", {.late_stores = 0}, two_senders);
});

}  // namespace
}  // namespace book::explorer
