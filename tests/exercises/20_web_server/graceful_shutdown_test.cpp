#include "exercise/graceful_shutdown.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "10_spawning/timeout.h"
#include "17_io/sockets/tcp.h"
#include "exercises/20_web_server/front_door.h"
#include "support/async_test.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

/// A server that is told to stop, and what became of it.
struct Ended {
  std::optional<std::size_t> dropped;  ///< empty: an hour after the stop it was still there
  Duration at{0};
  int still_inside = 0;
  bool door_was_open = false;  ///< a second after the stop
};

Async<> look_at_the_door(House& house, CancellationToken stop, Duration stops_at, Ended& ended) {
  co_await sleep(stops_at);
  stop.cancel();
  co_await sleep(1s);
  ended.door_was_open = house.is_open;
  house.knock({99, 1s});
}

Async<> serve_house(House& house, CancellationToken stop, Duration grace, Ended& ended) {
  auto server = serve_until(FrontDoor(house), house.visits(), stop, grace);
  try {
    ended.dropped = co_await timeout(1h, std::move(server));
  } catch (const std::logic_error& error) {
    ADD_FAILURE() << "\"" << error.what() << "\". Is it the scope? What run_until_cancelled(scope) "
                  << "gives says whether all have ended. If so, it is not awaited again.";
    throw;
  }
  ended.at = house.now();
  ended.still_inside = house.inside;
}

/// Visitors who knock at once; a stop after a while, and somebody who comes a second after it.
Async<Ended> a_day(House& house, std::vector<Visitor> visitors, Duration stops_at,
                   Duration grace = 10s) {
  for (const Visitor visitor : visitors) house.knock(visitor);
  CancellationToken stop;
  Ended ended;
  auto server = serve_house(house, stop, grace, ended);
  auto stops = look_at_the_door(house, stop, stops_at, ended);
  co_await join(std::move(server), std::move(stops));
  co_return ended;
}

ASYNC_TEST(GracefulShutdown, ServesUntilItIsToldToStop) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  const std::vector<Visitor> visitors{{1, 10s}, {2, 10s}};
  const Ended ended = co_await a_day(house, visitors, 60s);
  EXPECT_GE(house.left.size(), 2U)
      << "Two came a minute before the stop, and not both were served.";
  EXPECT_EQ(house.left[2], 10s) << "Two visitors of ten seconds, and they came together: each is a "
                                   "task of its own, and the accept loop does not wait for it.";
  EXPECT_TRUE(ended.dropped) << "An hour after the stop the server is still there. Whoever waits "
                                "for a client waits for the stop as well: "
                                "stop.run_until_cancelled(...).";
  if (!ended.dropped) co_return;
  EXPECT_GE(ended.at, 60s) << "The stop came after a minute, and the server had gone already. The "
                              "grace begins with the stop, not with the server.";
  EXPECT_LE(ended.at, 60s) << "Nobody was left at the stop, and the server stayed. The grace is a "
                              "limit: wait for the connections, and no longer than that.";
  EXPECT_EQ(*ended.dropped, 0U) << "All of them had left before the stop.";
}

ASYNC_TEST(GracefulShutdown, WhatWasBegunIsFinished) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  const std::vector<Visitor> visitors{{1, 5s}};
  const Ended ended = co_await a_day(house, visitors, 2s);
  EXPECT_EQ(house.left.count(1), 1U)
      << "A visitor needed three seconds more, ten were granted, and it was dropped. The stop is "
         "for the accept loop; what was begun has the grace to finish.";
  EXPECT_EQ(ended.at, 5s) << "When the last one has left, the server ends.";
  EXPECT_EQ(ended.dropped.value_or(99), 0U)
      << "It was there at the stop, and it has left within the grace: nobody was dropped. Count at "
         "the end of the grace.";
}

ASYNC_TEST(GracefulShutdown, NobodyIsAcceptedAfterTheStop) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  const std::vector<Visitor> visitors{{1, 5s}};
  const Ended ended = co_await a_day(house, visitors, 2s);
  EXPECT_EQ(house.came_in.count(99), 0U)
      << "A visitor who came a second after the stop was let in: the accept loop still runs.";
  EXPECT_FALSE(ended.door_was_open)
      << "A second after the stop the listener is still there. Whoever connects now stands in its "
         "queue and waits for an answer that never comes; without a listener it is told at once. "
         "Let it go with the accept loop: give it to it, and drop both.";
}

ASYNC_TEST(GracefulShutdown, AfterTheGraceTheRestIsDropped) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  const std::vector<Visitor> visitors{{1, 5s}, {2, 30min}, {3, 30min}};
  const Ended ended = co_await a_day(house, visitors, 2s);
  EXPECT_EQ(house.left.count(1), 1U);
  EXPECT_LE(ended.at, 12s) << "The stop came after two seconds, and ten were granted: at twelve it "
                              "is over, whoever is still there.";
  EXPECT_EQ(ended.at, 12s);
  EXPECT_EQ(ended.still_inside, 0)
      << "The server says that it has ended, and connections are still there. A JoinHandle that is "
         "dropped detaches its task; an abort, or a JoinSet that goes, only asks it to end, at its "
         "next turn: await shutdown(). What lives in a task_scope goes with it.";
  EXPECT_EQ(ended.dropped.value_or(99), 2U)
      << "Three were there at the stop, one of them has finished, and two had to be dropped. Count "
         "at the end of the grace.";
}

ASYNC_TEST(GracefulShutdown, TheGraceIsTheOneThatWasGranted) {
  for (const Duration grace : {Duration(0s), Duration(3s)}) {
    const auto keeper = std::make_shared<House>();
    House& house = *keeper;
    const std::vector<Visitor> visitors{{1, 30min}};
    const Ended ended = co_await a_day(house, visitors, 2s, grace);
    EXPECT_EQ(ended.at, 2s + grace) << "The stop came after two seconds, and a grace of "
                                    << grace / 1s << " seconds was granted: `grace` says how long.";
    EXPECT_EQ(ended.dropped.value_or(99), 1U);
  }
}

ASYNC_TEST(GracefulShutdown, OneThatThrowsConcernsNobodyElse) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  Ended ended;
  std::string heard;
  try {
    const std::vector<Visitor> visitors{{1, 1s, true}, {2, 5s}};
    ended = co_await a_day(house, visitors, 2s);
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  EXPECT_EQ(heard, "") << "One connection has thrown, and the server with it. A task_scope drops "
                          "all of its children when one throws, and join_next() throws what a task "
                          "has thrown: catch it in the connection's own task.";
  EXPECT_EQ(house.left.count(2), 1U) << "The other one is served to its end.";
  EXPECT_EQ(ended.dropped.value_or(99), 0U) << "Who has thrown has ended, and was not dropped.";
}

Async<> cancel_after(Duration pause, CancellationToken stop) {
  co_await sleep(pause);
  stop.cancel();
}

ASYNC_TEST(GracefulShutdown, OneThatThrowsAtOnceConcernsNobodyElseEither) {
  const auto keeper = std::make_shared<House>();
  House& house = *keeper;
  house.knock({1, 1s, true});
  house.knock({2, 5s});
  auto handle = [visits = house.visits()](Visitor visitor) {
    if (visitor.throws) throw std::runtime_error("the visitor has not even come in");
    return visits(visitor);
  };
  CancellationToken stop;
  std::string heard;
  try {
    auto server = serve_until(FrontDoor(house), handle, stop, 10s);
    auto both = join(std::move(server), cancel_after(2s, stop));
    co_await timeout(1h, std::move(both));
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  EXPECT_EQ(heard, "") << "handle(client) has thrown before it gave a future, and the accept loop "
                          "with it: call it in the connection's own task, inside the try.";
  EXPECT_EQ(house.left.count(2), 1U) << "The other one is served to its end.";
}

Async<int> serve_for(Duration limit, House& house, CancellationToken stop) {
  auto server = serve_until(FrontDoor(house), house.visits(), stop, 10s);
  co_await timeout(limit, std::move(server));
  co_await sleep(1ms);  // their turn, for those that were only asked to end
  co_return house.inside;
}

ASYNC_TEST(GracefulShutdown, WhoDropsTheServerDropsItsConnections) {
  for (Duration after = 0s; after < 16s; after += 1s) {
    const auto keeper = std::make_shared<House>();
    House& house = *keeper;
    CancellationToken stop;
    for (int i = 1; i <= 3; ++i) house.knock({i, i * 4s});
    auto server = serve_for(after, house, stop);
    auto stops = cancel_after(2s, stop);
    const auto inside = co_await join(std::move(server), std::move(stops));
    EXPECT_EQ(std::get<0>(inside), 0)
        << "The server was dropped after " << after / 1s
        << " seconds, and a connection has outlived it: who owns the tasks?";
    EXPECT_FALSE(house.is_open);
  }
}

/// Greets with a byte, and answers one.
Async<> say_back(TcpStream client) {
  co_await write_all(client, "!");
  std::array<char, 1> byte;
  const std::size_t n = co_await read(client, byte);
  if (n == 1) co_await write_all(client, "!");
}

/// What a client sees that was there before the stop, and what one sees that comes later.
struct Seen {
  bool late_one_refused = false;
  std::size_t answered = 0;
};

Async<Seen> two_clients(Address address, CancellationToken stop) {
  Seen seen;
  auto client = co_await TcpStream::connect(address);
  std::array<char, 1> byte;
  co_await read(client, byte);  // it has been accepted
  stop.cancel();
  co_await yield_now();  // the server's turn
  try {
    auto late = co_await TcpStream::connect(address);
  } catch (const std::system_error&) {
    seen.late_one_refused = true;
  }
  co_await write_all(client, "?");
  seen.answered = co_await read(client, byte);
  co_return seen;
}

ASYNC_TEST_REAL_TIME(GracefulShutdown, WorksWithSockets) {
  TcpListener listener = TcpListener::bind(Address::loopback(0));
  const Address address = listener.local_address();
  CancellationToken stop;
  auto handle = [](TcpListener::Accepted accepted) { return say_back(std::move(accepted.stream)); };
  auto server = serve_until(std::move(listener), handle, stop, 2s);
  auto both = join(std::move(server), two_clients(address, stop));
  const auto ended = co_await timeout(3s, std::move(both));
  EXPECT_TRUE(ended)
      << "Three seconds after the stop the server is still there, or a client waits.";
  if (!ended) co_return;
  const auto& [dropped, seen] = *ended;
  EXPECT_TRUE(seen.late_one_refused) << "The server was told to stop, and its port still answers.";
  EXPECT_EQ(seen.answered, 1U) << "This client was there before the stop, and gets its answer.";
  EXPECT_EQ(dropped, 0U);
}

}  // namespace
}  // namespace book::http
