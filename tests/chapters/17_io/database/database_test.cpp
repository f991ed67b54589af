// A Database, and a server that the test plays: every byte when the test wants it. (Chapter 17)
#include "17_io/database/database.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "14_blocking/blocking_pool.h"
#include "common/reactor/reactor.h"
#include "common/stream.h"
#include "fake_server.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace database_test {

using test::FakeServer;
using test::kBegin;
using test::kCancel;
using test::kEnd;
using test::kWelcome;
using test::row_of;
using test::Visitor;

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() {
    counter_.on_wake([this] { reactor_.notify(); });
  }
  /// Asks again whenever there is news, until it is ready.
  template <class F>
  OutputOf<F> finish(F& future) {
    for (;;) {
      auto result = future.poll(cx_);
      if (result.is_ready()) return std::move(result).value();
      reactor_.wait();
    }
  }
  Database connected(const FakeServer& server, Visitor& client) {
    auto connecting = Database::connect(server.options());
    EXPECT_TRUE(connecting.poll(cx_).is_pending());
    client = server.accept();
    client.welcome();
    return finish(connecting);
  }
  /// The first field of the next row; "the end" behind the last.
  std::string word(AsyncStream<Row>& rows) {
    auto asking = next(rows);
    const std::optional<Row> row = finish(asking);
    return row ? std::string((*row)[0].value_or("NULL")) : "the end";
  }
  std::string failure(AsyncStream<Row>& rows) {
    try {
      return word(rows);
    } catch (const DatabaseError& error) {
      return std::string(error.sqlstate()) + ": " + error.what();
    }
  }
  bool is_pending(AsyncStream<Row>& rows) { return rows.poll_next(cx_).is_pending(); }

  BlockingPool pool_;
  BlockingPool::Scope pool_scope_{pool_};
  Visitor client_;
  FakeServer server_;  // goes before the pool: who still asks it to cancel is then let go
  Reactor reactor_;
  Reactor::Scope reactor_scope_{reactor_};
  test::CountingWaker counter_;  // a wake from the pool ends a wait of the reactor
  Context cx_{counter_.waker()};
};

TEST_F(DatabaseTest, ConnectsWhateverThePiecesAre) {
  auto connecting = Database::connect(server_.options());
  EXPECT_TRUE(connecting.poll(cx_).is_pending());
  client_ = server_.accept();
  EXPECT_NE(client_.hear().find("reader"), std::string::npos);
  for (std::size_t i = 0; i + 1 < kWelcome.size(); ++i) {
    client_.say(kWelcome.substr(i, 1));
    reactor_.poll_now();
    ASSERT_TRUE(connecting.poll(cx_).is_pending());
  }
  client_.say(kWelcome.substr(kWelcome.size() - 1));
  const Database database = finish(connecting);
  EXPECT_TRUE(database.is_open());
}

TEST_F(DatabaseTest, RowsComeWhateverThePiecesAre) {
  Database database = connected(server_, client_);
  auto rows = database.query("select word");
  EXPECT_EQ(client_.hear(), "") << "a query that nobody polls sends nothing";
  EXPECT_TRUE(is_pending(rows));
  EXPECT_NE(client_.hear().find("select word"), std::string::npos);
  std::vector<std::string> words;
  for (const char byte : kBegin + row_of("one") + row_of("") + row_of("three") + kEnd) {
    client_.say(std::string(1, byte));
    reactor_.poll_now();
    auto item = rows.poll_next(cx_);
    if (item.is_pending()) continue;
    const std::optional<Row> row = std::move(item).value();
    words.emplace_back(row ? (*row)[0].value() : "the end");
  }
  EXPECT_EQ(words, (std::vector<std::string>{"one", "", "three", "the end"}));
  EXPECT_EQ(word(rows), "the end") << "a stream that has ended stays so";
}

TEST_F(DatabaseTest, WhatLibpqLeavesInTheSocketIsFound) {
  Database database = connected(server_, client_);
  auto rows = database.query("select word");
  EXPECT_TRUE(is_pending(rows));
  std::string answer = kBegin;  // more than libpq reads in one call: the rest is no news to epoll
  for (int i = 0; i < 1000; ++i) answer += row_of(std::string(100, 'x'));
  client_.say(answer + kEnd);
  int count = 0;
  while (word(rows) != "the end") ++count;
  EXPECT_EQ(count, 1000);
}

TEST_F(DatabaseTest, NextKeepsTheContract) {
  std::deque<FakeServer> servers;  // they go before the pool
  test::expect_contract(
      [&] {
        const auto client = std::make_shared<Visitor>();
        auto rows = connected(servers.emplace_back(), *client).query("select word");
        return test::subject(next(std::move(rows)), [this, client] {
          client->say(kBegin + row_of("one") + kEnd);
          reactor_.poll_now();
        });
      },
      {}, [](const std::optional<Row>& row) { return row && (*row)[0] == "one"; });
}

TEST_F(DatabaseTest, ConnectKeepsTheContract) {
  std::deque<FakeServer> servers;
  test::expect_contract(
      [&] {
        FakeServer& server = servers.emplace_back();
        const auto client = std::make_shared<Visitor>();
        return test::subject(Database::connect(server.options()), [this, &server, client] {
          if (!server.somebody_is_there()) return;
          *client = server.accept();
          client->welcome();
          reactor_.poll_now();
        });
      },
      {.handle_moves = true}, [](const Database& database) { return database.is_open(); });
}

TEST_F(DatabaseTest, AServerThatGoesInTheMiddleIsAnError) {
  const std::string answer = kBegin + row_of("one") + kEnd;
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    Database database = connected(server_, client_);
    auto rows = database.query("select word");
    EXPECT_TRUE(is_pending(rows));
    client_.hear();  // unread, it would make a reset of the end
    client_.say(answer.substr(0, cut));
    client_.hang_up();
    std::string said = failure(rows);
    if (said == "one") said = failure(rows);
    EXPECT_TRUE(said.starts_with(": server closed the connection unexpectedly")) << cut << said;
    EXPECT_FALSE(database.is_open());
    auto more = database.query("select word");
    EXPECT_EQ(failure(more), ": the connection is closed");
  }
}

TEST_F(DatabaseTest, AServerThatTalksNonsenseIsAnError) {
  Database database = connected(server_, client_);
  auto rows = database.query("select word");
  EXPECT_TRUE(is_pending(rows));
  client_.say(kBegin + "\x7fnonsense, and no message of the protocol");
  const std::string said = failure(rows);
  EXPECT_TRUE(said.starts_with(": lost synchronization with server")) << said;
  EXPECT_FALSE(database.is_open());
}

TEST_F(DatabaseTest, ADroppedConnectIsForgotten) {
  for (const bool welcome : {false, true}) {
    {
      auto connecting = Database::connect(server_.options());
      EXPECT_TRUE(connecting.poll(cx_).is_pending());
      client_ = server_.accept();
      if (welcome) client_.welcome();
    }
    EXPECT_EQ(reactor_.waiting().io, 0U);
    EXPECT_EQ(counter_.kept(), 0);
  }
}

TEST_F(DatabaseTest, TheNextQueryWaitsForTheEndOfTheRequestToCancel) {
  Database database = connected(server_, client_);
  {
    auto rows = database.query("select word");
    EXPECT_TRUE(is_pending(rows));
  }
  client_.hear();
  Visitor cancel = server_.accept();
  EXPECT_EQ(cancel.wait_for(kCancel.size()), kCancel);
  client_.say(kBegin + row_of("late") + kEnd);

  auto again = database.query("select more");
  EXPECT_TRUE(is_pending(again));
  reactor_.poll_now();
  EXPECT_TRUE(is_pending(again));
  EXPECT_EQ(client_.hear(), "") << "the request to cancel is under way, and hits whatever runs";
  cancel.hang_up();
  std::string heard;
  while (heard.find("select more") == std::string::npos) {
    reactor_.wait();
    EXPECT_TRUE(is_pending(again));
    heard += client_.hear();
  }
  client_.say(kBegin + row_of("more") + kEnd);
  EXPECT_EQ(word(again), "more") << "a row of the query before is no row of this one";
}

TEST_F(DatabaseTest, ARequestToCancelThatHitNothingIsRepeated) {
  Database database = connected(server_, client_);
  {
    auto rows = database.query("select word");
    EXPECT_TRUE(is_pending(rows));
  }
  EXPECT_EQ(server_.accept().wait_for(kCancel.size()), kCancel);
  auto again = database.query("select more");
  EXPECT_TRUE(is_pending(again));
  const auto goes_on_until = [&](std::size_t timers) {
    while (reactor_.waiting().timers != timers) {
      reactor_.wait();
      EXPECT_TRUE(is_pending(again));
    }
  };
  goes_on_until(1);  // the request has ended, and now the query has a while to end
  goes_on_until(0);  // it has not
  EXPECT_EQ(server_.accept().wait_for(kCancel.size()), kCancel);
}

TEST_F(DatabaseTest, ACancelThatFailsClosesTheConnection) {
  Database database = connected(server_, client_);
  {
    auto rows = database.query("select word");
    EXPECT_TRUE(is_pending(rows));
    server_.shut_the_door();
  }
  auto again = database.query("select more");
  const std::string said = failure(again);
  EXPECT_TRUE(said.starts_with(": the query before cannot be cancelled: ")) << said;
  EXPECT_FALSE(database.is_open());
}

TEST_F(DatabaseTest, AStreamWhoseLastRowWasTakenCancelsNothing) {
  Database database = connected(server_, client_);
  {
    auto rows = database.query("select word");
    EXPECT_TRUE(is_pending(rows));
    client_.hear();
    client_.say(kBegin + row_of("the only one") + kEnd);
    EXPECT_EQ(word(rows), "the only one");
  }
  EXPECT_EQ(pool_.stats().started, 0U) << "nothing was left to cancel";
  auto again = database.query("select more");
  EXPECT_TRUE(is_pending(again));
  EXPECT_NE(client_.hear().find("select more"), std::string::npos);
}

}  // namespace database_test
}  // namespace book
