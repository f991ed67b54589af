// A client that was dealt to a worker without a place for it.
#include "20_web_server/server/handover.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/simple_futures.h"
#include "20_web_server/server/next_client.h"
#include "client.h"
#include "running.h"
#include "site_folder.h"
#include "support/counting_waker.h"

namespace book::http {
namespace {

using test::CountingWaker;

/// The workers of a server, without their threads.
class TheWorkers : public testing::Test {
 protected:
  struct Worker {
    Worker(TheWorkers& all, std::size_t number)
        : site(all.folder_.root().string(), all.one()),
          listener(TcpListener::bind(Address::loopback(0))) {
      site.handover = &all.handover_;
      site.worker = number;
    }
    /// One connection that is busy: there is no place for another one.
    void fill() {
      auto permit = site.connections.try_acquire();
      ASSERT_TRUE(permit);
      busy.emplace(std::move(*permit));
    }

    Site site;
    TcpListener listener;
    std::optional<Permit> busy;
    CountingWaker waker;
    Context cx{waker.waker()};
  };

  static Settings one() {
    Settings settings;
    settings.max_connections = 1;
    return settings;
  }
  /// A client, and the server's end of it.
  TcpStream client_of(Worker& worker) {
    clients_.emplace_back(worker.listener.local_address().port());
    return executor_.block_on(worker.listener.accept()).stream;
  }

  Executor executor_;
  Reactor::Scope reactor_{executor_.reactor()};
  SiteFolder folder_;
  Handover handover_{3};
  Worker a_{*this, 0}, b_{*this, 1}, c_{*this, 2};
  std::vector<Client> clients_;
};

TEST_F(TheWorkers, OneThatIsFullGivesAClientToOneThatIsFree) {
  a_.fill();
  auto place = find_place(client_of(a_), a_.site);
  auto next = next_client(b_.listener, b_.site);
  EXPECT_TRUE(next.poll(b_.cx).is_pending());
  EXPECT_TRUE(place.poll(a_.cx).is_pending());
  EXPECT_EQ(b_.waker.wakes(), 1) << "a client is up, and a free worker was not told";
  EXPECT_TRUE(next.poll(b_.cx).is_ready());
  EXPECT_EQ(a_.waker.wakes(), 1) << "the client is served, and its first worker was not told";
  auto placed = place.poll(a_.cx);
  ASSERT_TRUE(placed.is_ready());
  EXPECT_FALSE(placed.value().has_value()) << "it is served by another one";
}

TEST_F(TheWorkers, OneThatLooksLaterFindsTheClientToo) {
  a_.fill();
  auto place = find_place(client_of(a_), a_.site);
  EXPECT_TRUE(place.poll(a_.cx).is_pending());
  EXPECT_TRUE(next_client(b_.listener, b_.site).poll(b_.cx).is_ready());
}

TEST_F(TheWorkers, OneThatIsFullTakesNone) {
  a_.fill();
  b_.fill();
  auto place = find_place(client_of(a_), a_.site);
  EXPECT_TRUE(place.poll(a_.cx).is_pending());
  auto next = next_client(b_.listener, b_.site);
  EXPECT_TRUE(next.poll(b_.cx).is_pending());
  EXPECT_EQ(b_.waker.wakes(), 0);
  b_.busy.reset();
  EXPECT_EQ(b_.waker.wakes(), 1) << "there is a place now, and a client is up";
  EXPECT_TRUE(next.poll(b_.cx).is_ready());
}

TEST_F(TheWorkers, OneThatGetsAPlaceKeepsItsClient) {
  a_.fill();
  auto place = find_place(client_of(a_), a_.site);
  EXPECT_TRUE(place.poll(a_.cx).is_pending());
  a_.busy.reset();
  EXPECT_EQ(a_.waker.wakes(), 1);
  auto placed = place.poll(a_.cx);
  ASSERT_TRUE(placed.is_ready());
  EXPECT_TRUE(placed.value().has_value());
  EXPECT_FALSE(handover_.has_offers());
  EXPECT_TRUE(next_client(b_.listener, b_.site).poll(b_.cx).is_pending());
}

TEST_F(TheWorkers, AreGivenTheClientsInTheirOrder) {
  a_.fill();
  b_.fill();
  TcpStream one = client_of(a_), two = client_of(b_);
  const int first_fd = one.fd(), second_fd = two.fd();
  auto first = find_place(std::move(one), a_.site), second = find_place(std::move(two), b_.site);
  EXPECT_TRUE(first.poll(a_.cx).is_pending());
  EXPECT_TRUE(second.poll(b_.cx).is_pending());
  const auto taken = next_client(c_.listener, c_.site).poll(c_.cx);
  ASSERT_TRUE(taken.is_ready());
  EXPECT_EQ(taken.value().fd(), first_fd);
  const auto then = next_client(c_.listener, c_.site).poll(c_.cx);
  ASSERT_TRUE(then.is_ready());
  EXPECT_EQ(then.value().fd(), second_fd);
}

TEST_F(TheWorkers, LeaveNothingBehindWhenTheyGo) {
  a_.fill();
  {
    auto place = find_place(client_of(a_), a_.site);
    auto next = next_client(b_.listener, b_.site);
    EXPECT_TRUE(next.poll(b_.cx).is_pending());
    EXPECT_TRUE(place.poll(a_.cx).is_pending());
  }
  EXPECT_FALSE(handover_.has_offers());
  EXPECT_EQ(a_.waker.kept(), 0);
  EXPECT_EQ(b_.waker.kept(), 0);
}

// As many busy clients as there may be, dealt out by chance: in most rounds not evenly.
TEST(AParallelServer, ServesAClientThatWasDealtToAFullWorker) {
  const std::string kBegin = "GET /nothing HTTP/1.1\r\n";  // of the next request: never idle
  SiteFolder folder;
  Plan plan;
  plan.mode = Mode::parallel;
  plan.workers = 2;
  plan.root = folder.root().string();
  plan.settings.max_connections = 8;
  Running server(plan);
  for (int round = 0; round < 20; ++round) {
    std::vector<Client> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(server.port());
      clients.back().hurries().sends(kBegin);  // busy, and not idle
    }
    for (Client& client : clients)
      EXPECT_EQ(client.sends("Host: a\r\n\r\n" + kBegin).answer().substr(0, 12), "HTTP/1.1 404");
  }
}

}  // namespace
}  // namespace book::http
