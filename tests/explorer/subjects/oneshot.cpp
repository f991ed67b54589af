// oneshot (chapter 11): one end sends or goes, the other waits, looks or goes; and a sender that
// waits for the end of its receiver.
#include "11_channels/oneshot.h"

#include <optional>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

/// Counts those that are alive. Moved, it leaves nothing behind that would count.
struct Counted {
  explicit Counted(int& count) : alive(&count) { ++*alive; }
  Counted(Counted&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
  ~Counted() {
    if (alive) --*alive;
  }
  int* alive;
};

struct Shared {
  Shared() {
    auto ends = oneshot<Counted>();
    tx.emplace(std::move(ends.sender));
    rx.emplace(std::move(ends.receiver));
  }
  int sent_alive = 0;
  std::optional<OneshotSender<Counted>> tx;
  std::optional<OneshotReceiver<Counted>> rx;
  Parker task;
  bool received = false, closed = false;
};

/// Polls until it is ready or throws.
void receive(Shared& s) {
  const Waker waker = waker_of(s.task);
  Context cx(waker);
  try {
    while (s.rx->poll(cx).is_pending()) s.task.park();
    s.received = true;
  } catch (const ChannelClosed&) {
    s.closed = true;
  }
}

void value(Explore& e, bool sends, bool waits) {
  auto& s = e.make<Shared>();
  e.thread("receiver", [&s, waits] {
    if (waits) {
      receive(s);
    } else {
      const Waker waker = waker_of(s.task);
      Context cx(waker);
      (void)s.rx->poll(cx);
    }
    s.rx.reset();
  });
  e.thread("sender", [&s, sends] {
    if (sends) (void)s.tx->send(Counted(s.sent_alive));
    s.tx.reset();
  });
  e.finally([&s, sends, waits] {
    if (waits) check(s.received == sends && s.closed != sends, "the receiver heard something else");
    check(s.sent_alive == 0, "a value is left behind");
  });
}

void closed(Explore& e) {
  auto& s = e.make<Shared>();
  e.thread("sender", [&s] {
    const Waker waker = waker_of(s.task);
    Context cx(waker);
    {
      auto gone = s.tx->closed();
      while (gone.poll(cx).is_pending()) s.task.park();
    }
    s.tx.reset();
  });
  e.thread("receiver", [&s] { s.rx.reset(); });
}

const Subject kSubject("oneshot", [](Trial& trial) {
  trial.explore("a value", {}, [](Explore& e) { value(e, true, true); });
  trial.explore("no value", {}, [](Explore& e) { value(e, false, true); });
  trial.explore("a value for one who goes", {}, [](Explore& e) { value(e, true, false); });
  trial.explore("the end of the receiver", {}, closed);
});

}  // namespace
}  // namespace book::explorer
