// JoinTask (10): the end of a task and the end of its handle, on two threads. Memory that is lost,
// freed twice or used when it is gone is the explorer's to find; each value and each waker is such
// memory.
#include "10_spawning/join_task.h"

#include <memory>
#include <optional>
#include <utility>

#include "04_io_executor/executor.h"
#include "10_spawning/join_handle.h"
#include "10_spawning/spawn.h"
#include "common/arc_wake.h"
#include "explorer/subject.h"

namespace book::explorer {
namespace {

using Value = std::unique_ptr<int>;

struct Child {
  using Output = Value;
  Poll<Value> poll(Context&) { return Poll<Value>::ready(std::make_unique<int>(7)); }
};

struct Shared {
  std::optional<Executor> executor{std::in_place};
  std::optional<JoinHandle<Value>> handle;
  Parker task[2];
};

/// Spawns the child and ends: it is queued when the threads begin.
struct Parent {
  using Output = void;
  Shared* s;
  Poll<void> poll(Context&) {
    s->handle.emplace(spawn(Child{}));
    return Poll<void>::ready();
  }
};

/// A counted waker: memory that the last of its copies frees.
struct Counted : RefCounted<Counted> {
  explicit Counted(Parker& unparked) : parker(&unparked) {}
  static void wake_by_ref(const Arc<Counted>& self) { self->parker->unpark(); }
  Parker* parker;
};

Poll<Value> poll_with(JoinHandle<Value>& handle, Parker& parker) {
  const Waker waker = into_waker(make_arc<Counted>(parker));
  Context cx(waker);
  return handle.poll(cx);
}

void two_ends(Explore& e, void (*use)(Shared&)) {
  auto& s = e.make<Shared>();
  s.executor->block_on(Parent{&s});
  e.thread("executor", [&s] {
    s.executor->run();
    s.executor.reset();
  });
  e.thread("handle", [&s, use] {
    use(s);
    s.handle.reset();
  });
}

const Subject kSubject("join_task", [](Trial& trial) {
  trial.explore("the handle is dropped", {}, [](Explore& e) { two_ends(e, [](Shared&) {}); });
  trial.explore("the handle is polled once and dropped", {}, [](Explore& e) {
    two_ends(e, [](Shared& s) {
      auto poll = poll_with(*s.handle, s.task[0]);
      check(poll.is_pending() || *std::move(poll).value() == 7, "another value");
    });
  });
  trial.explore("the handle is awaited, by two tasks in turn", {}, [](Explore& e) {
    two_ends(e, [](Shared& s) {
      for (int turn = 0;; turn = 1) {
        auto poll = poll_with(*s.handle, s.task[turn]);
        if (poll.is_ready()) return check(*std::move(poll).value() == 7, "another value");
        if (turn == 1) s.task[1].park();
      }
    });
  });
  trial.explore("the task is aborted", {}, [](Explore& e) {
    two_ends(e, [](Shared& s) {
      s.handle->abort();
      try {
        while (poll_with(*s.handle, s.task[0]).is_pending()) s.task[0].park();
      } catch (const JoinError& error) {
        check(error.why() == JoinError::Why::aborted, "not the reason");
      }
    });
  });
});

}  // namespace
}  // namespace book::explorer
