// oneshot (11): each end may come first, and go at any moment. The value and what both ends share
// are memory that somebody has to free, once.
#include "11_channels/oneshot.h"

#include <memory>
#include <optional>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

using Value = std::unique_ptr<int>;

struct Shared {
  explicit Shared(OneshotEnds<Value> ends)
      : sender(std::move(ends.sender)), receiver(std::move(ends.receiver)) {}
  std::optional<OneshotSender<Value>> sender;
  std::optional<OneshotReceiver<Value>> receiver;
  Parker task[2];
};

using Use = void (*)(Shared&);

void both_ends(Explore& e, Use send, Use receive) {
  auto& s = e.make<Shared>(oneshot<Value>());
  e.thread("sender", [&s, send] {
    send(s);
    s.sender.reset();
  });
  e.thread("receiver", [&s, receive] {
    receive(s);
    s.receiver.reset();
  });
}

void sends(Shared& s) {
  auto value = std::make_unique<int>(7);
  const bool sent = s.sender->send(std::move(value));
  check(sent == !value, "a value that was not sent is gone");
}
void goes(Shared&) {}
void sends_to_who_waits(Shared& s) {
  auto value = std::make_unique<int>(7);
  check(s.sender->send(std::move(value)), "the receiver is there, and was not sent to");
}
void waits_for_the_receivers_end(Shared& s) {
  OneshotClosed<Value> closed = s.sender->closed();
  (void)wait_for(s.task[1], [&](Context& cx) { return closed.poll(cx); });
  check(s.sender->is_closed(), "closed, and not closed");
}

void receives(Shared& s) {
  auto value = wait_for(s.task[0], [&](Context& cx) { return s.receiver->poll(cx); }).value();
  check(value && *value == 7, "another value");
}
void hears_the_end(Shared& s) {
  try {
    receives(s);
    check(false, "a value that was not sent");
  } catch (const ChannelClosed&) {
  }
}
void receives_in_two_tasks(Shared& s) {
  const Waker first = waker_of(s.task[1]);
  Context cx(first);
  auto poll = s.receiver->poll(cx);
  if (poll.is_pending()) receives(s);
}
void polls_once(Shared& s) {
  const Waker waker = waker_of(s.task[0]);
  Context cx(waker);
  auto poll = s.receiver->poll(cx);
  check(poll.is_pending() || *std::move(poll).value() == 7, "another value");
}
void closes_and_looks(Shared& s) {
  s.receiver->close();
  try {
    const auto value = s.receiver->try_recv();
    check(!value || **value == 7, "another value");
  } catch (const ChannelClosed&) {
  }
}

const Subject kSubject("oneshot", [](Trial& trial) {
  const auto explore = [&](const char* name, Use send, Use receive) {
    trial.explore(name, {}, [=](Explore& e) { both_ends(e, send, receive); });
  };
  explore("sent and received", sends_to_who_waits, receives);
  explore("received by two tasks in turn", sends_to_who_waits, receives_in_two_tasks);
  explore("the sender goes", goes, hears_the_end);
  explore("the receiver goes", sends, goes);
  explore("the receiver is polled once, and goes", sends, polls_once);
  explore("the receiver closes", sends, closes_and_looks);
  explore("the sender waits for the receiver's end", waits_for_the_receivers_end, goes);
});

}  // namespace
}  // namespace book::explorer
