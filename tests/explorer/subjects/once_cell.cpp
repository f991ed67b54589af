// OnceCell (12): the value that one thread has made is seen whole by those who find it, and one
// that gives up leaves its turn to the next.
#include "12_sync/once_cell.h"

#include <functional>
#include <optional>

#include "05_async_await/simple_futures.h"
#include "explorer/subject.h"
#include "explorer/subjects/parked.h"

namespace book::explorer {
namespace {

using Init = std::function<PollFn<std::function<Poll<int>(Context&)>>()>;

Init gives(int value) {
  return [value] {
    return poll_fn(std::function<Poll<int>(Context&)>([value](Context&) { return value; }));
  };
}
Init gives_nothing() {
  return [] {
    return poll_fn(
        std::function<Poll<int>(Context&)>([](Context&) -> Poll<int> { return Pending{}; }));
  };
}

struct Shared {
  int ask(int who, const Init& init) {
    waiting[who].emplace(cell.get_or_init(init));
    return again(who);
  }
  int again(int who) {
    return *wait_for(task[who], [&](Context& cx) { return waiting[who]->poll(cx); }).value();
  }
  void queue(int who, const Init& init) {
    waiting[who].emplace(cell.get_or_init(init));
    const Waker waker = waker_of(task[who]);
    Context cx(waker);
    check(waiting[who]->poll(cx).is_pending(), "there is a value already");
  }

  OnceCell<int> cell;
  Parker task[2];
  std::optional<GetOrInit<int, Init>> waiting[2];
};

void both_ask(Explore& e) {
  auto& s = e.make<Shared>();
  for (int who : {0, 1}) {
    e.thread(who ? "second" : "first", [&s, who] {
      const int value = s.ask(who, gives(7));
      check(value == 7 && *s.cell.get() == 7, "another value");
    });
  }
}

void one_looks(Explore& e) {
  auto& s = e.make<Shared>();
  e.thread("sets", [&s] { check(s.cell.set(7), "there was a value"); });
  e.thread("looks", [&s] {
    if (const int* value = s.cell.get()) check(*value == 7, "another value");
  });
}

void the_first_gives_up(Explore& e) {
  auto& s = e.make<Shared>();
  s.queue(0, gives_nothing());
  e.thread("gives up", [&s] { s.waiting[0].reset(); });
  e.thread("asks", [&s] { check(s.ask(1, gives(7)) == 7, "another value"); });
}

const Subject kSubject("once_cell", [](Trial& trial) {
  trial.explore("two ask", {}, both_ask);
  trial.explore("one sets it, one looks", {}, one_looks);
  trial.explore("the one that makes it gives up", {}, the_first_gives_up);
});

}  // namespace
}  // namespace book::explorer
