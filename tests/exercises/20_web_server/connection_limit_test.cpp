#include "exercise/connection_limit.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/timeout.h"
#include "17_io/sockets/tcp.h"
#include "exercises/20_web_server/front_door.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

/// A place that is free, at once.
Places::Place take_now(Places& places) {
  Places::Take take = places.take();
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  Poll<Places::Place> place = take.poll(cx);
  if (place.is_pending()) throw std::logic_error("a place is free, and take() does not give it");
  return std::move(place).value();
}

TEST(ConnectionLimit, APlaceIsTakenAndComesBack) {
  Places places(2);
  {
    const Places::Place one = take_now(places);
    ASSERT_NE(places.free(), 2U) << "Two places, one of them was taken, and nobody counts: the "
                                    "constructor of a Place takes one of the free ones.";
    ASSERT_EQ(places.free(), 1U) << "Two places, one of them was taken, and it was counted twice: "
                                    "a Place that is moved is still the same one.";
    const Places::Place two = take_now(places);
    EXPECT_EQ(places.free(), 0U);
  }
  EXPECT_EQ(places.free(), 2U) << "Both have gone: the destructor of a Place gives it back.";
}

TEST(ConnectionLimit, APlaceThatMovesComesBackOnce) {
  Places places(1);
  {
    Places::Place here = take_now(places);
    const Places::Place there(std::move(here));
    EXPECT_EQ(places.free(), 0U) << "It has moved, and is still taken.";
  }
  EXPECT_EQ(places.free(), 1U)
      << "One place, and it came back twice: the Place that was moved from has none any more. "
         "std::exchange(other.places_, nullptr), and a look at that in the destructor.";
}

TEST(ConnectionLimit, WhoWaitsIsWokenByThePlaceThatComesBack) {
  Places places(1);
  std::optional<Places::Place> only(take_now(places));
  test::CountingWaker waker;
  Context cx(waker.waker());
  Places::Take take = places.take();
  ASSERT_TRUE(take.poll(cx).is_pending()) << "No place is free, and take() gives one.";
  EXPECT_EQ(waker.wakes(), 0)
      << "No place has come back, and the task was woken: it would ask again "
         "and again. To store the waker is enough.";
  only.reset();
  EXPECT_EQ(waker.wakes(), 1) << "A place came back, and whoever waits for one was not told: keep "
                                 "the waker in waits_, and wake it in the destructor of Place.";
  EXPECT_TRUE(take.poll(cx).is_ready());
}

TEST(ConnectionLimit, APlaceIsFreeBeforeTheWake) {
  Places places(1);
  std::optional<Places::Place> only(take_now(places));
  test::CountingWaker waker;
  Context cx(waker.waker());
  Places::Take take = places.take();
  ASSERT_TRUE(take.poll(cx).is_pending());
  bool found = false;
  waker.on_wake([&] {  // inside wake(): the task polls at once
    if (waker.wakes() == 1) found = take.poll(cx).is_ready();
  });
  only.reset();
  EXPECT_TRUE(found)
      << "Woken, polled at once, and no place was free: first the place, then the wake. Not "
         "every waker waits until you have finished your line.";
}

TEST(ConnectionLimit, WhoDoesNotWaitAnyMoreIsForgotten) {
  Places places(1);
  const Places::Place only = take_now(places);
  test::CountingWaker waker;
  {
    Context cx(waker.waker());
    Places::Take take = places.take();
    EXPECT_TRUE(take.poll(cx).is_pending());
  }
  EXPECT_FALSE(places.somebody_waits())
      << "The future is gone, and its waker is still in waits_: the next place that comes back "
         "wakes a task that waits for something else, or is no more. The destructor of Take takes "
         "it out.";
}

TEST(ConnectionLimit, OnlyItsOwnWakerIsForgotten) {
  Places places(1);
  std::optional<Places::Place> only(take_now(places));
  test::CountingWaker earlier, later;
  Context first(earlier.waker()), second(later.waker());
  std::optional<Places::Take> answered(places.take());
  std::optional<Places::Take> never_asked(places.take());
  ASSERT_TRUE(answered->poll(first).is_pending());
  only.reset();
  const Places::Place taken = std::move(answered->poll(first)).value();

  Places::Take waits = places.take();
  ASSERT_TRUE(waits.poll(second).is_pending());
  never_asked.reset();
  EXPECT_TRUE(places.somebody_waits())
      << "A Take that was never polled has gone, and with it the waker of somebody else, who waits "
         "forever now. The destructor of Take takes out a waker only if this Take has stored it.";
  ASSERT_TRUE(waits.poll(second).is_pending());
  answered.reset();
  EXPECT_TRUE(places.somebody_waits())
      << "A Take that has its answer has gone, and with it the waker of the next one, who waits "
         "forever now. Once it has its place, it waits no more: its bool is false again.";
}

TEST(ConnectionLimit, TakeKeepsTheContract) {
  struct World {
    Places places{1};
    std::optional<Places::Place> held;
  };
  std::shared_ptr<World> now;
  test::expect_contract(
      [&] {
        now = std::make_shared<World>();
        now->held.emplace(take_now(now->places));
        return test::subject(now->places.take(), [world = now] { world->held.reset(); });
      },
      {.untouched = [&] { return !now->places.somebody_waits(); }});
}

TEST(ConnectionLimit, APlaceComesBackHoweverTheConnectionEnds) {
  Places places(1);
  const Waker nobody = Waker::noop();
  Context cx(nobody);

  Async<> well = hold(take_now(places), ready());
  EXPECT_TRUE(well.poll(cx).is_ready());
  { const Async<> ended = std::move(well); }
  ASSERT_EQ(places.free(), 1U) << "The connection has ended, and its place is lost.";

  {
    auto fails = [](Context&) -> Poll<void> { throw std::runtime_error("it has hung up"); };
    Async<> thrown = hold(take_now(places), poll_fn(fails));
    EXPECT_THROW((void)thrown.poll(cx), std::runtime_error)
        << "What a connection throws comes out.";
  }
  ASSERT_EQ(places.free(), 1U) << "The connection has thrown, and its place is lost. What stands "
                                  "behind a co_await is not reached then; a destructor is.";

  { const Async<> never_polled = hold(take_now(places), never<void>()); }
  ASSERT_EQ(places.free(), 1U)
      << "The connection was dropped before its first poll, and its place is lost. No line of a "
         "coroutine has run then; its parameters are there all the same, and go with it.";

  {
    Async<> dropped = hold(take_now(places), never<void>());
    EXPECT_TRUE(dropped.poll(cx).is_pending());
    EXPECT_EQ(places.free(), 0U)
        << "The connection is still there, and its place is free already. The frame of hold has to "
           "own it for as long as the connection lasts, as it owns a parameter taken by value.";
  }
  ASSERT_EQ(places.free(), 1U)
      << "The connection was dropped where it waits, and its place is lost. Nothing is thrown "
         "then, and no line behind the co_await is reached; destructors are.";
}

/// The places outlive the executor, for it drops at its end whoever is still there.
void run(std::size_t count, Async<> (*test)(Places&)) {
  Places places(count);
  block_on(test(places), {.time = TimeMode::virtual_time});
}

/// A server with two places, and visitors who knock as the hour begins; an hour of virtual time.
Async<> open_house(House& house, Places& places, std::vector<Visitor> visitors) {
  FrontDoor door(house);
  for (const Visitor visitor : visitors) house.knock(visitor);
  auto server = accept_all(door, places, house.visits());
  co_await timeout(1h, std::move(server));
}

Async<> five_visitors(Places& places) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  const std::vector<Visitor> visitors{{1, 10s}, {2, 30s}, {3, 10s}, {4, 10s}, {5, 10s}};
  co_await open_house(house, places, visitors);
  EXPECT_GE(house.most_inside, 2)
      << "Two places, and there was never more than one visitor inside: each connection is a task "
         "of its own, spawn_detached(hold(...)), and the loop does not wait for it.";
  EXPECT_LE(house.most_inside, 2)
      << "Two places, and there were more inside. The accept loop takes a place for each of them, "
         "co_await places.take(), and gives it to the task of the connection, hold(...): a Place "
         "that stays behind in the loop is free again as the loop goes round.";
  EXPECT_EQ(house.left.size(), 5U)
      << "Five came, and not all of them were served. Who finds no place waits, and is not sent "
         "away; and each place that comes back is for the next one.";
  EXPECT_EQ(house.came_in[2], 0s) << "Two places: the second visitor need not wait for the first.";
  EXPECT_EQ(house.came_in[3], 10s) << "The first one leaves after ten seconds.";
  EXPECT_EQ(house.left[5], 40s);
  EXPECT_EQ(places.free(), 2U) << "All have left, and the accept loop itself was dropped: it had a "
                                  "place in its hand, for the next visitor.";
}
TEST(ConnectionLimit, NeverTakesMoreThanThereArePlaces) { run(2, five_visitors); }

Async<> three_too_many(Places& places) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  FrontDoor door(house);
  for (int i = 1; i <= 5; ++i) house.knock({i, 10s});
  auto server = accept_all(door, places, house.visits());
  co_await timeout(5s, server);
  EXPECT_EQ(house.line.size(), 3U)
      << "Two of five are inside, and so three should be in the system's queue. Whoever is "
         "accepted has a descriptor: take the place first, and accept then.";
}
TEST(ConnectionLimit, WhoFindsNoPlaceIsNotAcceptedEither) { run(2, three_too_many); }

/// Says one byte, and waits for one.
Async<> greet(TcpStream client) {
  co_await write_all(client, "!");
  std::array<char, 1> byte;
  co_await read(client, byte);
}

/// One place, and two clients: the second one is greeted once the first one has left.
Async<std::size_t> two_clients(TcpListener& listener, Places& places) {
  auto first = co_await TcpStream::connect(listener.local_address());
  auto second = co_await TcpStream::connect(listener.local_address());
  std::array<char, 1> byte;
  co_await read(first, byte);
  EXPECT_EQ(places.free(), 0U);
  { const TcpStream leaves = std::move(first); }
  const std::size_t greeted = co_await read(second, byte);
  co_return greeted;
}

Async<> over_sockets(TcpListener& listener, Places& places) {
  auto handle = [](TcpListener::Accepted accepted) { return greet(std::move(accepted.stream)); };
  spawn_detached(accept_all(listener, places, handle));
  const auto greeted = co_await timeout(3s, two_clients(listener, places));
  EXPECT_EQ(greeted.value_or(0), 1U)
      << "The second client was not greeted when the first one had left.";
}
TEST(ConnectionLimit, WorksWithSockets) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  Places places(1);
  block_on(over_sockets(listener, places));
}

}  // namespace
}  // namespace book::http
