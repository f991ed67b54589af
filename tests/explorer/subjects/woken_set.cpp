// WokenSet (07): a parent that waits for two children, each woken by a thread of its own, once or
// twice.
#include "07_join/woken_set.h"

#include <atomic>
#include <span>
#include <utility>

#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

using detail::WokenSet;

constexpr int kChildren = 2;

struct Child : WokenSet::Child {
  int number = 0;
  bool done = false;
};

struct Shared {
  std::atomic<int> news[kChildren] = {0, 0};
  int payload[kChildren] = {0, 0};
  Waker wakers[kChildren];
  Parker task;
  Arc<WokenSet> set = make_arc<WokenSet>();
  std::span<Child> children = set->add<Child>(kChildren);
};

/// The parent's loop. Where each child is woken once, the set alone has to keep the order of news
/// and payload; a poll that an earlier wake led to may see the news too soon, and needs its own.
void poll_until_done(Shared& s, std::memory_order order) {
  const Waker me = waker_of(s.task);
  for (int done = 0;;) {
    s.set->start_poll();
    while (auto* next = s.set->next()) {
      auto& child = *static_cast<Child*>(next);
      if (child.done) continue;
      const bool ready =
          s.set->poll_child(child, [&](Context&) { return s.news[child.number].load(order) != 0; });
      if (!ready) continue;
      check(s.payload[child.number] == 7, "a child has news, but not what they say");
      child.done = true;
      ++done;
    }
    if (done == kChildren) return;
    Context cx(me);
    s.set->wait(cx, "children", static_cast<std::size_t>(kChildren - done));
    s.task.park();
  }
}

void wake_each(Explore& e, bool twice) {
  auto& s = e.make<Shared>();
  e.name(s.news[0], "news 1");
  e.name(s.news[1], "news 2");
  e.name(*s.set, "set");
  for (int i = 0; i < kChildren; ++i) {
    s.children[static_cast<std::size_t>(i)].number = i;
    e.name(s.children[static_cast<std::size_t>(i)], i ? "child 2" : "child 1");
    s.set->poll_child(s.children[static_cast<std::size_t>(i)], [&](Context& cx) {
      s.wakers[i] = cx.waker();
      return 0;
    });
  }
  const auto read = twice ? std::memory_order_acquire : std::memory_order_relaxed;
  const auto write = twice ? std::memory_order_release : std::memory_order_relaxed;
  e.thread("parent", [&s, read] { poll_until_done(s, read); });
  for (int i = 0; i < kChildren; ++i) {
    e.thread(i ? "waker 2" : "waker 1", [&s, i, twice, write] {
      if (twice) s.wakers[i].wake_by_ref();
      s.payload[i] = 7;
      s.news[i].store(1, write);
      std::move(s.wakers[i]).wake();
    });
  }
}

const Subject kSubject("woken_set", [](Trial& trial) {
  trial.explore("two children, woken once", {}, [](Explore& e) { wake_each(e, false); });
  trial.explore("two children, woken twice", {}, [](Explore& e) { wake_each(e, true); });
});

}  // namespace
}  // namespace book::explorer
