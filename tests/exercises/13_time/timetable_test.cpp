#include "exercise/timetable.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Timetable;
using std::chrono::minutes;

/// A departure as the stream gave it, and when it did, both since midnight.
struct Caught {
  minutes departure, at;
};

/// Asks for buses from `begin` on; after each it chats for one of the pauses.
Async<std::vector<Caught>> catch_buses(std::vector<minutes> timetable, Duration begin,
                                       std::vector<Duration> chats) {
  co_await sleep(17min);  // so that midnight is no full hour of the reactor's own clock
  const Instant midnight = Reactor::current().now();
  co_await sleep(begin);
  Timetable buses(midnight, std::move(timetable));
  std::vector<Caught> caught;
  for (const Duration chat : chats) {
    auto bus = co_await next(buses);
    if (!bus) break;
    const Duration now = Reactor::current().now() - midnight;
    caught.push_back(
        {std::chrono::round<minutes>(*bus - midnight), std::chrono::round<minutes>(now)});
    co_await sleep(chat);
  }
  co_return caught;
}

std::vector<Caught> day(std::vector<minutes> timetable, Duration begin,
                        std::vector<Duration> chats) {
  return block_on(catch_buses(std::move(timetable), begin, std::move(chats)),
                  {.time = TimeMode::virtual_time});
}

std::vector<minutes> departures(const std::vector<Caught>& caught) {
  std::vector<minutes> all;
  all.reserve(caught.size());
  for (const Caught& bus : caught) all.push_back(bus.departure);
  return all;
}

TEST(Timetable, GivesTheNextDepartureWhenItLeaves) {
  const auto caught = day({0min, 20min, 45min}, 10min, {0min});
  ASSERT_EQ(caught.size(), 1u)
      << "The stream has ended. There is no last bus: sleep until the next one leaves, and give "
         "the instant.";
  EXPECT_EQ(caught[0].departure, 20min)
      << "At 00:10 the next bus is that of 00:20. (Figures here are since midnight.) Count "
         "the hours from `midnight`: the program's clock may have begun at any time.";
  EXPECT_EQ(caught[0].at, 20min) << "A bus is given when it leaves, neither before nor after.";
}

TEST(Timetable, GivesEachBusOnceHourAfterHour) {
  const auto caught = departures(day({0min, 20min, 45min}, 0min, {0s, 0s, 0s, 0s, 0s}));
  ASSERT_EQ(caught.size(), 5u)
      << "The last bus of an hour is not the last bus. There is no last bus.";
  EXPECT_NE(caught[1], 0min) << "You asked again at the same moment, and got the bus that has left "
                                "already. Each is given once.";
  EXPECT_EQ(caught, (std::vector<minutes>{0min, 20min, 45min, 60min, 80min}))
      << "Asked at the moment of a departure, it gives that one; then the others, each once. After "
         "the last of an hour comes the first of the next.";
}

TEST(Timetable, IsKeptHoweverLateSomebodyAsks) {
  const auto caught = departures(day({0min, 20min, 45min}, 0min, {7min, 7min, 7min, 0min}));
  ASSERT_EQ(caught.size(), 4u);
  EXPECT_EQ(caught, (std::vector<minutes>{0min, 20min, 45min, 60min}))
      << "No bus waits for whoever comes late, and none leaves later for it: sleep until an "
         "instant that is counted from midnight, not for a while from now.";
}

TEST(Timetable, HasMissedWhatLeftInTheMeantime) {
  const auto caught = day({0min, 20min, 45min}, 0min, {50min, 25h + 5min, 0min});
  ASSERT_EQ(caught.size(), 3u);
  EXPECT_EQ(caught[1].departure, 60min)
      << "It was ten to one. Nobody can board a bus that has gone: look for the first departure "
         "from now on.";
  EXPECT_EQ(caught[2].departure, 26h + 20min) << "Nobody can board a bus that has gone.";
  EXPECT_EQ(caught[2].at, 26h + 20min) << "A bus is given when it leaves.";
}

TEST(Timetable, TakesOneMinuteOfTheHourToo) {
  EXPECT_EQ(departures(day({59min}, 59min + 1s, {0s, 0s})), (std::vector<minutes>{119min, 179min}))
      << "One bus an hour, and it has just left: the next one is that of the next hour.";
}

TEST(Timetable, GivesTheBusThatWasWaitedForThoughItIsSeenLate) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  const test::CountingWaker counter;
  Context cx(counter.waker());
  const Instant midnight = reactor.now() - 10min;
  Timetable buses(midnight, {20min, 45min});
  ASSERT_TRUE(buses.poll_next(cx).is_pending());
  reactor.wait();  // it is 00:20, and the thread is busy elsewhere
  auto elsewhere = sleep(1min);
  ASSERT_TRUE(elsewhere.poll(cx).is_pending());
  reactor.wait();
  auto bus = buses.poll_next(cx);
  ASSERT_TRUE(bus.is_ready())
      << "The bus of 00:20 was waited for. The task was woken on time and got its turn a minute "
         "late, as tasks do on a busy thread; by then another bus was chosen. Choose once, and "
         "keep "
         "the choice until it is given.";
  EXPECT_EQ(*bus.value(), midnight + 20min);
}

TEST(Timetable, LeavesNoTimerBehind) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  const test::CountingWaker counter;
  Context cx(counter.waker());
  {
    Timetable buses(reactor.now() - 1min, {30min});
    EXPECT_TRUE(buses.poll_next(cx).is_pending());
    EXPECT_TRUE(buses.poll_next(cx).is_pending()) << "Polled twice, it waits as before.";
    EXPECT_EQ(reactor.waiting().timers, 1u) << "One bus is waited for: one timer.";
  }
  EXPECT_TRUE(reactor.waiting().nothing());
}

}  // namespace
}  // namespace book
