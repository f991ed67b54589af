// Notify (12): a notification is heard or kept, whatever comes in between, and none is lost with a
// future that is dropped.
#include "12_sync/notify.h"

#include <atomic>
#include <optional>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

struct Shared {
  void hear(int who) {
    (void)wait_for(task[who], [&](Context& cx) { return waiting[who]->poll(cx); });
  }
  /// The future of this task has been polled once, and waits, when the threads begin.
  void queue(int who) {
    waiting[who].emplace(notify.notified());
    const Waker waker = waker_of(task[who]);
    Context cx(waker);
    check(waiting[who]->poll(cx).is_pending(), "notified by nobody");
  }
  bool take_item() {
    int left = items.load(std::memory_order_acquire);
    while (left > 0) {
      if (items.compare_exchange_strong(left, left - 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        return true;
    }
    return false;
  }

  Notify notify;
  Parker task[2];
  std::optional<Notified> waiting[2];
  int news = 0;  // plain
  std::atomic<int> items{0};
};

/// What was done before the notification is seen by the one who hears it.
void one_is_heard_or_kept(Explore& e) {
  auto& s = e.make<Shared>();
  e.thread("notifies", [&s] {
    s.news = 7;
    s.notify.notify_one();
  });
  e.thread("waits", [&s] {
    s.waiting[0].emplace(s.notify.notified());
    s.hear(0);
    check(s.news == 7, "notified of nothing");
  });
}

void one_of_two_gives_up(Explore& e) {
  auto& s = e.make<Shared>();
  s.queue(0);
  s.queue(1);
  e.thread("notifies", [&s] { s.notify.notify_one(); });
  e.thread("gives up", [&s] { s.waiting[0].reset(); });
  e.thread("waits", [&s] { s.hear(1); });
}

void all_are_told(Explore& e) {
  auto& s = e.make<Shared>();
  s.queue(0);
  s.waiting[1].emplace(s.notify.notified());  // made, and not polled yet
  e.thread("notifies", [&s] {
    s.news = 7;
    s.notify.notify_all();
  });
  for (int who : {0, 1}) {
    e.thread(who ? "comes" : "waits", [&s, who] {
      s.hear(who);
      check(s.news == 7, "notified of nothing");
    });
  }
}

void all_are_told_and_one_gives_up(Explore& e) {
  auto& s = e.make<Shared>();
  s.queue(0);
  s.queue(1);
  e.thread("notifies", [&s] { s.notify.notify_all(); });
  e.thread("gives up", [&s] { s.waiting[0].reset(); });
  e.thread("waits", [&s] { s.hear(1); });
}

/// Two take an item each; both are in the queue before they look, or the second notification could
/// find the first one still kept, and be none.
void two_items(Explore& e) {
  auto& s = e.make<Shared>();
  e.thread("gives", [&s] {
    s.items.fetch_add(1, std::memory_order_release);
    s.notify.notify_one();
    s.items.fetch_add(1, std::memory_order_release);
    s.notify.notify_one();
  });
  for (int who : {0, 1}) {
    e.thread(who ? "second" : "first", [&s, who] {
      for (;;) {
        s.waiting[who].emplace(s.notify.notified());
        (void)s.waiting[who]->enable();
        if (s.take_item()) break;
        s.hear(who);
      }
      s.waiting[who].reset();
    });
  }
}

const Subject kSubject("notify", [](Trial& trial) {
  trial.explore("one is heard or kept", {}, one_is_heard_or_kept);
  trial.explore("one of two that wait gives up", {.late_stores = 0}, one_of_two_gives_up);
  trial.explore("all are told", {.late_stores = 0}, all_are_told);
  trial.explore("all are told, and one gives up", {.late_stores = 0},
                all_are_told_and_one_gives_up);
  trial.explore("two items, two takers", {.preemptions = 1, .late_stores = 0}, two_items);
});

}  // namespace
}  // namespace book::explorer
