// A waker that throws, where no exception may leave: in a destructor, a noexcept function, a thread
// of ours. It is reported on stderr (common/wake_or_report.h), and the others are woken. One test
// for each place, of every floor.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/value_future.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "07_join/shared.h"
#include "08_select/futures_unordered.h"
#include "09_streams/local_channel.h"
#include "10_spawning/scope_handle.h"
#include "10_spawning/spawn.h"
#include "11_channels/broadcast.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "11_channels/watch.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/semaphore.h"
#include "17_io/ends/duplex.h"
#include "17_io/sockets/resolve.h"
#include "20_web_server/server/stop.h"
#include "20_web_server/steps/workers.h"
#include "common/reactor/io_source.h"
#include "common/reactor/reactor.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using test::CountingWaker;

/// A task whose waker throws when it is fired.
struct BadTask {
  BadTask() {
    counter.on_wake([] { throw std::runtime_error("a bad waker"); });
  }
  template <class F>
  bool polls_pending(F& future) {
    return future.poll(cx).is_pending();
  }

  CountingWaker counter;
  Context cx{counter.waker()};
};

/// A task whose waker does nothing but count.
struct GoodTask {
  CountingWaker counter;
  Context cx{counter.waker()};
};

/// What `action` writes to stderr. Without the rule it would end the process.
template <class Action>
std::string said_by(Action action) {
  testing::internal::CaptureStderr();
  action();
  return testing::internal::GetCapturedStderr();
}

void expect_reported(const std::string& said) {
  EXPECT_NE(said.find("a waker threw"), std::string::npos) << said;
  EXPECT_NE(said.find("a bad waker"), std::string::npos) << said;
}

TEST(AWakerThatThrows, IsReportedByASetterThatGoes) {
  BadTask task;
  auto ends = make_value_future<int>();
  EXPECT_TRUE(task.polls_pending(ends.future));
  expect_reported(said_by([&] { const auto gone = std::move(ends.setter); }));
}

TEST(AWakerThatThrows, ComesOutOfASetValue) {
  BadTask task;
  auto ends = make_value_future<int>();
  EXPECT_TRUE(task.polls_pending(ends.future));
  EXPECT_THROW(ends.setter.set_value(1), std::runtime_error);
  EXPECT_TRUE(ends.future.poll(task.cx).is_ready());
}

TEST(AWakerThatThrows, IsReportedByTheReactorsEndAndTheOthersAreWoken) {
  int ends[2][2];
  BadTask bad;
  GoodTask good;
  for (auto& end : ends) ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end), 0);
  {
    auto reactor = std::make_unique<Reactor>();
    IoSource first(ends[0][0], IoSource::Kind::other), second(ends[1][0], IoSource::Kind::other);
    {
      const Reactor::Scope here(*reactor);
      for (IoSource* source : {&first, &second}) source->clear(Direction::read);
      EXPECT_TRUE(first.poll_ready(Direction::read, bad.cx).is_pending());
      EXPECT_TRUE(second.poll_ready(Direction::read, good.cx).is_pending());
    }
    expect_reported(said_by([&] { reactor.reset(); }));
    EXPECT_EQ(good.counter.wakes(), 1);
  }
  for (auto& end : ends) ::close(end[0]), ::close(end[1]);
}

TEST(AWakerThatThrows, IsReportedByADescriptorThatForgets) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  BadTask task;
  Reactor reactor;
  {
    const Reactor::Scope here(reactor);
    IoSource source(ends[0], IoSource::Kind::other);
    source.clear(Direction::read);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(source.poll_ready(Direction::read, task.cx).is_pending());
    }
    expect_reported(said_by([&] { source.forget(Direction::read, task.counter.waker()); }));
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(AWakerThatThrows, IsReportedWhenTheLastChildLetsItsWakerGo) {
  BadTask task;
  FuturesUnordered<ValueFuture<int>> set;
  auto ends = make_value_future<int>();
  set.push(std::move(ends.future));
  EXPECT_TRUE(set.poll_next(task.cx).is_pending());
  // The future's waker is dropped and not fired: nothing can wake the set any more.
  expect_reported(said_by([&] {
    set.for_each([](ValueFuture<int>& one) {
      CountingWaker other;
      Context cx(other.waker());
      EXPECT_TRUE(one.poll(cx).is_pending());
    });
  }));
}

TEST(AWakerThatThrows, IsReportedByASetThatIsCleared) {
  BadTask task;
  FuturesUnordered<Never<int>> set;
  set.push(never<int>());
  EXPECT_TRUE(set.poll_next(task.cx).is_pending());
  expect_reported(said_by([&] { set.clear(); }));
}

TEST(AWakerThatThrows, CostsTheOtherWaitersOfASharedFutureNothing) {
  auto ends = make_value_future<int>();
  auto first = shared(std::move(ends.future));
  auto second = first.share(), third = first.share();
  GoodTask one, three;
  BadTask two;
  EXPECT_TRUE(first.poll(one.cx).is_pending());
  EXPECT_TRUE(two.polls_pending(second));
  EXPECT_TRUE(third.poll(three.cx).is_pending());
  EXPECT_THROW(ends.setter.set_value(7), std::runtime_error);
  EXPECT_EQ(one.counter.wakes(), 1);
  EXPECT_EQ(three.counter.wakes(), 1);
}

TEST(AWakerThatThrows, IsReportedByEitherEndOfALocalChannel) {
  BadTask task;
  auto ends = local_channel<int>(1);
  EXPECT_TRUE(ends.receiver.poll_next(task.cx).is_pending());
  expect_reported(said_by([&] { const auto gone = std::move(ends.sender); }));

  auto full = local_channel<int>(1);
  full.sender.start_send(1);
  EXPECT_TRUE(full.sender.poll_ready(task.cx).is_pending());
  expect_reported(said_by([&] { const auto gone = std::move(full.receiver); }));
}

TEST(AWakerThatThrows, IsReportedByTheChildOfAScope) {
  BadTask task;
  auto end = make_arc<detail::ScopeEnd<int>>(Place{});
  end->waiter = task.counter.waker();
  expect_reported(said_by([&] { const detail::TellEnd<int> child(end); }));
}

Async<int> answer() { co_return 42; }

TEST(AWakerThatThrows, IsReportedByATaskThatEnds) {
  BadTask task;
  Executor executor;
  std::unique_ptr<JoinHandle<int>> handle;
  auto spawns = poll_fn([&](Context&) -> Poll<void> {
    handle = std::make_unique<JoinHandle<int>>(spawn(answer()));
    EXPECT_TRUE(task.polls_pending(*handle));
    return Poll<void>::ready();
  });
  expect_reported(said_by([&] {
    executor.block_on(spawns);
    executor.run();
  }));
  EXPECT_TRUE(handle->is_finished());
}

TEST(AWakerThatThrows, IsReportedByTheLastSenderOfAChannel) {
  BadTask task;
  auto ends = channel<int>(1);
  EXPECT_TRUE(ends.receiver.poll_next(task.cx).is_pending());
  expect_reported(said_by([&] { const auto gone = std::move(ends.sender); }));
}

TEST(AWakerThatThrows, CostsTheOtherSendersOfAChannelNothing) {
  BadTask bad, asks;
  GoodTask good, closes;
  auto ends = channel<int>(1);
  EXPECT_EQ(ends.sender.try_send(1), TrySend::sent);
  auto first = ends.sender.send(2), second = ends.sender.send(3);
  auto closed = ends.sender.closed();
  EXPECT_TRUE(bad.polls_pending(first));
  EXPECT_TRUE(second.poll(good.cx).is_pending());
  EXPECT_TRUE(closed.poll(closes.cx).is_pending());
  EXPECT_THROW(ends.receiver.close(), std::runtime_error);
  EXPECT_EQ(good.counter.wakes(), 1);
  EXPECT_EQ(closes.counter.wakes(), 1) << "the senders' waker has thrown, and closed() is asleep";
}

TEST(AWakerThatThrows, IsReportedByAReceiverThatGoes) {
  BadTask task;
  auto ends = channel<int>(1);
  EXPECT_EQ(ends.sender.try_send(1), TrySend::sent);
  auto send = ends.sender.send(2);
  EXPECT_TRUE(task.polls_pending(send));
  expect_reported(said_by([&] { const auto gone = std::move(ends.receiver); }));
}

TEST(AWakerThatThrows, IsReportedByAPermitAndAPlaceThatAreGivenBack) {
  BadTask task;
  GoodTask first_in_line;
  auto ends = channel<int>(1);
  auto permit = ends.sender.try_reserve();
  ASSERT_TRUE(permit);
  auto waits = ends.sender.reserve();
  EXPECT_TRUE(task.polls_pending(waits));
  expect_reported(said_by([&] { permit.reset(); }));

  // A send that was given its slot is dropped: the slot, and a wake, go to the next.
  auto other = channel<int>(1);
  auto held = other.sender.try_reserve();
  auto given = std::make_unique<SendItem<int>>(other.sender.send(1));
  auto next_in_line = other.sender.send(2);
  EXPECT_TRUE(given->poll(first_in_line.cx).is_pending());
  EXPECT_TRUE(task.polls_pending(next_in_line));
  held.reset();
  EXPECT_EQ(first_in_line.counter.wakes(), 1);
  expect_reported(said_by([&] { given.reset(); }));
}

TEST(AWakerThatThrows, IsReportedByEitherEndOfAOneshot) {
  BadTask task;
  auto ends = oneshot<int>();
  EXPECT_TRUE(task.polls_pending(ends.receiver));
  expect_reported(said_by([&] { const auto gone = std::move(ends.sender); }));

  auto others = oneshot<int>();
  auto closed = others.sender.closed();
  EXPECT_TRUE(task.polls_pending(closed));
  expect_reported(said_by([&] { others.receiver.close(); }));
}

TEST(AWakerThatThrows, IsReportedByEitherEndOfAWatch) {
  BadTask task;
  auto ends = watch<int>(0);
  auto changed = ends.receiver.changed();
  EXPECT_TRUE(task.polls_pending(changed));
  expect_reported(said_by([&] { const auto gone = std::move(ends.sender); }));

  auto others = watch<int>(0);
  auto closed = others.sender.closed();
  EXPECT_TRUE(task.polls_pending(closed));
  expect_reported(said_by([&] { const auto gone = std::move(others.receiver); }));
}

TEST(AWakerThatThrows, IsReportedByEitherEndOfABroadcast) {
  BadTask task;
  auto ends = broadcast<int>(1);
  EXPECT_TRUE(ends.receiver.poll_next(task.cx).is_pending());
  expect_reported(said_by([&] { const auto gone = std::move(ends.sender); }));

  auto others = broadcast<int>(1);
  auto closed = others.sender.closed();
  EXPECT_TRUE(task.polls_pending(closed));
  expect_reported(said_by([&] { const auto gone = std::move(others.receiver); }));
}

TEST(AWakerThatThrows, IsReportedByADuplexAndCostsItsOtherWaiterNothing) {
  BadTask writes;
  GoodTask reads;
  auto sides = duplex(1);
  const char byte[] = {'x'};
  EXPECT_TRUE(sides.first.poll_write(writes.cx, byte).is_ready());
  EXPECT_TRUE(sides.first.poll_write(writes.cx, byte).is_pending());
  char buffer[1];
  EXPECT_TRUE(sides.first.poll_read(reads.cx, buffer).is_pending());
  expect_reported(said_by([&] { const auto gone = std::move(sides.second); }));
  EXPECT_EQ(reads.counter.wakes(), 1);
}

TEST(AWakerThatThrows, IsReportedByADuplexThatForgets) {
  BadTask task;
  auto sides = duplex(1);
  char buffer[1];
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(sides.first.poll_read(task.cx, buffer).is_pending());
  expect_reported(said_by([&] { sides.first.forget(Direction::read, task.counter.waker()); }));
}

TEST(AWakerThatThrows, IsReportedByAThreadThatLooksUpNames) {
  BadTask task;
  std::atomic<int> step{0};
  const auto wait_for = [&](int wanted) {
    for (int now = step; now < wanted; now = step) step.wait(now);
  };
  const auto reach = [&](int now) { step = now, step.notify_all(); };
  const Resolver resolver(
      [&](const std::string& host, std::uint16_t) {
        if (host == "first") wait_for(1);  // until its future waits
        if (host == "second") reach(2);    // the one thread has told the first one's task
        return Resolver::Addresses{};
      },
      1);
  GoodTask other;
  expect_reported(said_by([&] {
    auto first = resolver.resolve("first", 80), second = resolver.resolve("second", 80);
    EXPECT_TRUE(task.polls_pending(first));
    EXPECT_TRUE(second.poll(other.cx).is_pending());
    reach(1);
    wait_for(2);
  }));
}

TEST(AWakerThatThrows, IsReportedByPermitsThatGoBack) {
  BadTask bad;
  GoodTask good;
  Semaphore semaphore(2);
  std::optional<Permit> both = semaphore.try_acquire(2);
  auto first = semaphore.acquire(), second = semaphore.acquire();
  EXPECT_TRUE(bad.polls_pending(first));
  EXPECT_TRUE(second.poll(good.cx).is_pending());
  expect_reported(said_by([&] { both.reset(); }));
  EXPECT_EQ(good.counter.wakes(), 1);
  EXPECT_TRUE(second.poll(good.cx).is_ready());
}

TEST(AWakerThatThrows, IsReportedByALockThatIsGivenUp) {
  BadTask bad;
  GoodTask good;
  Mutex<> mutex;
  std::optional held = mutex.try_lock();
  std::optional given_up(mutex.lock());
  auto next = mutex.lock();
  EXPECT_TRUE(given_up->poll(good.cx).is_pending());
  EXPECT_TRUE(bad.polls_pending(next));
  held.reset();  // handed to the one that is given up
  expect_reported(said_by([&] { given_up.reset(); }));
  EXPECT_TRUE(next.poll(good.cx).is_ready());
}

TEST(AWakerThatThrows, IsReportedByANotificationThatIsPassedOn) {
  BadTask bad;
  GoodTask good;
  Notify notify;
  std::optional dropped(notify.notified());
  auto next = notify.notified();
  EXPECT_TRUE(dropped->poll(good.cx).is_pending());
  EXPECT_TRUE(bad.polls_pending(next));
  notify.notify_one();
  expect_reported(said_by([&] { dropped.reset(); }));
  EXPECT_TRUE(next.poll(good.cx).is_ready());
}

TEST(AWakerThatThrows, IsReportedByTheLastWorker) {
  BadTask task;
  http::Stop stop;
  std::atomic<bool> may_end{false};
  http::Workers workers(
      1, [&](int) { may_end.wait(false); }, stop);
  auto ended = workers.ended();
  EXPECT_TRUE(task.polls_pending(ended));
  expect_reported(said_by([&] {
    may_end = true;
    may_end.notify_all();
    workers.join();
  }));
}

}  // namespace
}  // namespace book
