// The order to stop, workers, and the server that has several of them.
#include "20_web_server/steps/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "04_io_executor/executor.h"
#include "08_select/select.h"
#include "20_web_server/steps/steps.h"
#include "client.h"
#include "common/reactor/reactor.h"
#include "running.h"
#include "site_folder.h"

namespace book::http {
namespace workers_test {

using namespace std::chrono_literals;

/// Waits for what only another thread can bring.
template <class F>
void wait_for(F&& future) {
  Executor executor;
  const Reactor::OutsideWork another_thread(executor.reactor());
  executor.block_on(std::forward<F>(future));
}

TEST(AStop, AtOnceIsAnOrderToStopToo) {
  Stop stop;
  EXPECT_FALSE(stop.is_requested());
  stop.abort();
  EXPECT_TRUE(stop.is_requested());
  Executor executor;
  executor.block_on(stop.requested());
  executor.block_on(stop.aborted());
}

TEST(AStop, TheFirstOrderIsNotTheSecond) {
  Stop stop;
  stop.request_stop();
  stop.request_stop();
  Executor executor;
  const auto winner = executor.block_on(select_biased(stop.aborted(), stop.requested()));
  EXPECT_EQ(winner.index(), 1u);
}

TEST(AStop, IsHeardOnEveryThread) {
  Stop stop;
  std::atomic<int> heard{0};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      wait_for(stop.requested());
      ++heard;
    });
  }
  stop.request_stop();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(heard, 3);
}

TEST(SomeWorkers, AllRunAtTheSameTime) {
  Stop stop;
  std::atomic<int> here{0};
  Workers workers(
      4,
      [&](int) {
        ++here;
        while (here < 4) std::this_thread::yield();  // forever, if one came after the other
      },
      stop);
  wait_for(workers.ended());
  workers.join();
  EXPECT_EQ(here, 4);
  EXPECT_FALSE(stop.is_requested());
}

TEST(SomeWorkers, AreToldWhoTheyAre) {
  Stop stop;
  std::vector<int> marks(5, 0);
  Workers workers(
      5, [&](int i) { marks[static_cast<std::size_t>(i)] += i; }, stop);
  workers.join();
  EXPECT_EQ(marks, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(SomeWorkers, EndTogetherWhenOneFailsAndItsErrorComesOut) {
  Stop stop;
  std::atomic<int> stopped{0};
  Workers workers(
      3,
      [&](int i) {
        if (i == 1) throw std::runtime_error("the second one has failed");
        wait_for(stop.requested());
        ++stopped;
      },
      stop);
  wait_for(workers.ended());
  try {
    workers.join();
    ADD_FAILURE() << "nobody has heard of it";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the second one has failed");
  }
  EXPECT_EQ(stopped, 2);
}

TEST(SomeWorkers, AreNotLeftAloneByADestructor) {
  Stop stop;
  std::atomic<int> stopped{0};
  {
    Workers workers(
        2,
        [&](int) {
          wait_for(stop.aborted());
          ++stopped;
        },
        stop);
  }
  EXPECT_EQ(stopped, 2);
}

Plan plan_for(const SiteFolder& folder, int workers) {
  Plan plan;
  plan.mode = Mode::parallel;
  plan.workers = workers;
  plan.root = folder.root().string();
  return plan;
}

TEST(AParallelServer, HasWorkersThatAllServe) {
  SiteFolder folder;
  Running server(plan_for(folder, 3));
  // The system deals them out by their port numbers: with so many, nobody is left without.
  constexpr int kClients = 200;
  std::vector<std::thread> crowd;
  crowd.reserve(2);
  for (int t = 0; t < 2; ++t) {
    crowd.emplace_back([&] {
      for (int i = 0; i < kClients / 2; ++i) {
        Client client(server.port());
        EXPECT_EQ(client.asks("/").status(), "HTTP/1.1 200");
        EXPECT_EQ(client.asks("/nothing").status(), "HTTP/1.1 404");
      }
    });
  }
  for (std::thread& thread : crowd) thread.join();
  const std::vector<Totals> totals = server.end();
  ASSERT_EQ(totals.size(), 3u);
  for (const Totals& one : totals) EXPECT_GT(one.requests, 0u);
  EXPECT_EQ(sum(totals).requests, 2u * kClients);
  EXPECT_EQ(sum(totals).connections, 1u * kClients);
}

TEST(AParallelServer, EndsAtOnceWhateverItsClientsDo) {
  SiteFolder folder;
  Plan plan = plan_for(folder, 2);
  plan.settings.slow_delay = 1h;
  plan.settings.grace = 1h;
  Running server(plan);
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server.port());
    if (i % 2 == 0) clients.back().asks("/sleep");
  }
  server.end_at_once();
  for (Client& client : clients) EXPECT_TRUE(client.at_end());
}

TEST(AParallelServer, SharesTheConnectionsItMayHave) {
  SiteFolder folder;
  Plan plan = plan_for(folder, 4);
  plan.settings.max_connections = 2;  // fewer than workers: each has one
  Running server(plan);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Client(server.port()).asks("/").status(), "HTTP/1.1 200");
}

}  // namespace workers_test
}  // namespace book::http
