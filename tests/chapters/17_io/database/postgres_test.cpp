// A Database and a real server: run by chapters/17_io/database/with_server.sh. (Chapter 17)
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "14_blocking/blocking_pool.h"
#include "17_io/database/database.h"
#include "common/stream.h"
#include "support/child_process.h"
#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"

namespace book {
namespace postgres_test {

using namespace std::chrono_literals;

using Words = std::vector<std::string>;

std::string field(const Row& row, std::size_t column) {
  return std::string(row[column].value_or("NULL"));
}

/// A list without braces: in a coroutine g++ 12 takes offence at them.
Words list(const auto&... texts) {
  Words all;
  (all.push_back(texts), ...);
  return all;
}

/// The first fields of all rows; and, when the query fails, "SQLSTATE message" behind them.
Async<Words> words(AsyncStream<Row> rows) {
  Words all;
  try {
    for (;;) {
      const auto row = co_await next(rows);
      if (!row) break;
      all.push_back(field(*row, 0));
    }
  } catch (const DatabaseError& error) {
    all.push_back(std::string(error.sqlstate()) + " " + error.what());
  }
  co_return all;
}

/// Is the connection usable, and does an answer belong to its question?
Async<> expect_usable(Database& database, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  static int number = 0;
  const std::string question = std::to_string(++number);
  const Words answer = co_await words(database.query("select $1", question));
  if (answer != list(question) || !database.is_open())
    ADD_FAILURE_AT(file, line) << "select " << question << " gave "
                               << ::testing::PrintToString(answer);
}

Async<> poll_once(AsyncStream<Row>& rows) {
  auto once = poll_fn([&rows](Context& cx) {
    (void)rows.poll_next(cx);
    return Poll<void>::ready();
  });
  co_await once;
}

Async<std::string> connect_error(std::string options) {
  try {
    const Database database = co_await Database::connect(std::move(options));
  } catch (const DatabaseError& error) {
    co_return error.what();
  }
  co_return "connected";
}

/// A query whose first row is there at once, and whose last one never comes.
constexpr const char* kEndless = "select generate_series(1, 1000000000000)";

const std::vector<std::string> kWithoutEnd = {kEndless, "select pg_sleep(1000)"};

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    test::give_this_test(60s);  // there are two processes that need a turn
    if (!std::getenv("PGHOST"))
      GTEST_SKIP() << "by hand: sh chapters/17_io/database/with_server.sh";
  }
  /// Runs the body with a connection of its own.
  void run(const std::function<Async<>(Database&)>& body) {
    block_on(async([&body]() -> Async<> {
      Database database = co_await Database::connect("");
      co_await body(database);
    }));
  }

  BlockingPool pool_;
  BlockingPool::Scope scope_{pool_};
};

TEST_F(Postgres, RowsComeInTheirOrder) {
  run([](Database& database) -> Async<> {
    auto rows = database.query(
        "select x as number, case when x > 2 then $1 else $2 end as word from generate_series(1, "
        "3) x",
        "caf\u00e9 'quoted'", std::nullopt);
    std::string seen;
    for (;;) {
      const auto row = co_await next(rows);
      if (!row) break;
      EXPECT_EQ(row->size(), 2U);
      EXPECT_EQ(row->name(1), "word");
      seen += std::to_string(row->number<int>(0)) + field(*row, 1) + ";";
    }
    EXPECT_EQ(seen, "1NULL;2NULL;3caf\u00e9 'quoted';");
  });
}

TEST_F(Postgres, ARowOutlivesItsConnection) {
  std::optional<Row> row;
  run([&](Database& database) -> Async<> {
    auto rows = database.query("select 'kept', 300, null");
    row = co_await next(rows);
  });
  EXPECT_EQ(field(*row, 0), "kept");
  EXPECT_EQ(row->number<int>(1), 300);
  EXPECT_THROW((void)row->number<signed char>(1), std::invalid_argument) << "300 has no room in it";
  EXPECT_THROW((void)row->number<int>(0), std::invalid_argument);
  EXPECT_THROW((void)row->number<int>(2), std::invalid_argument) << "NULL is not 0";
  EXPECT_THROW((void)(*row)[3], std::out_of_range);
  EXPECT_THROW((void)row->name(3), std::out_of_range);
}

TEST_F(Postgres, ManyRowsNeedTheMemoryOfOne) {
  if (test::under_sanitizer()) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  run([](Database& database) -> Async<> {
    const auto in_use = [] { return ::mallinfo2().uordblks; };
    const std::size_t before = in_use();
    std::size_t count = 0, most = before;
    auto rows = database.query("select generate_series(1, 300000), 'a customer'");
    for (;;) {
      const auto row = co_await next(rows);
      if (!row) break;
      if (++count % 1024 == 0) most = std::max(most, in_use());
    }
    EXPECT_EQ(count, 300'000U);
    EXPECT_LT(most - before, 100'000U) << "bytes of memory";
  });
}

TEST_F(Postgres, ADroppedStreamCancelsItsQuery) {
  run([](Database& database) -> Async<> {
    for (int rows_read = 0; rows_read < 3; ++rows_read) {
      {
        auto rows = database.query(kEndless);
        for (int i = 0; i < rows_read; ++i) {
          const auto row = co_await next(rows);
          EXPECT_EQ(row->number<int>(0), i + 1);
        }
      }
      co_await expect_usable(database);
    }
  });
}

TEST_F(Postgres, ARequestToCancelMayOvertakeItsQuery) {
  run([](Database& database) -> Async<> {
    for (int i = 0; i < 20; ++i) {
      {
        auto rows = database.query(kWithoutEnd[static_cast<std::size_t>(i % 2)]);
        co_await poll_once(rows);  // it is sent, and the server has perhaps not seen it yet
      }
      co_await expect_usable(database);
    }
  });
}

TEST_F(Postgres, ACancelNeverHitsTheNextQuery) {
  run([](Database& database) -> Async<> {
    for (int i = 0; i < 100; ++i) {
      {
        // Some of them end before the request to cancel comes, some after.
        auto rows = database.query("select generate_series(1, $1::int)", std::to_string(i * 40));
        const auto row = co_await next(rows);
      }
      co_await expect_usable(database);
    }
  });
}

TEST_F(Postgres, CanBeDroppedAtEveryPoll) {
  run([](Database& database) -> Async<> {
    const std::string large(1'000'000, 'x');  // more than a socket takes: it stops while it sends
    for (int polls = 0; polls < 60; ++polls) {
      {
        auto rows = database.query("select length($1), generate_series(1, 100)", large);
        for (int i = 0; i < polls; ++i) {
          co_await poll_once(rows);
        }
      }
      if (polls % 3 == 0) {  // a stream that is dropped while it tidies up behind another
        auto rows = database.query("select 1");
        co_await poll_once(rows);
      }
      co_await expect_usable(database);
    }
  });
}

TEST_F(Postgres, ALargeParameterArrivesWhole) {
  run([](Database& database) -> Async<> {
    const Words length =
        co_await words(database.query("select length($1)", std::string(8'000'000, 'x')));
    EXPECT_EQ(length, list("8000000"));
  });
}

TEST_F(Postgres, TheOthersGoOnWhileAQueryWaits) {
  run([](Database& holder) -> Async<> {
    Database waiter = co_await Database::connect("");
    co_await words(holder.query("select pg_advisory_lock(1)"));
    auto waits = spawn(words(waiter.query("select 'got it' from pg_advisory_lock(1)")));
    for (int i = 0; i < 100; ++i) co_await expect_usable(holder);
    EXPECT_FALSE(waits.is_finished());
    co_await words(holder.query("select pg_advisory_unlock(1)"));
    const Words got = co_await waits;
    EXPECT_EQ(got, list("got it"));
  });
}

TEST_F(Postgres, ManyRowsLeaveTheOthersTheirTurn) {
  run([](Database& database) -> Async<> {
    auto reads = spawn(words(database.query("select generate_series(1, 10000)")));
    int turns = 0;
    while (!reads.is_finished()) {
      co_await yield_now();
      ++turns;
    }
    EXPECT_GT(turns, 10'000 / 128) << "at most 128 rows in a turn";
    co_await reads;
  });
}

TEST_F(Postgres, OneQueryAtATime) {
  run([](Database& database) -> Async<> {
    auto first = database.query("select generate_series(1, 2)");
    auto second = database.query("select 3");
    const auto row = co_await next(first);
    EXPECT_EQ(field(*row, 0), "1");
    std::string said;
    try {
      const auto none = co_await next(second);
    } catch (const std::logic_error& error) {
      said = error.what();
    }
    EXPECT_TRUE(said.starts_with("this Database is in use: ")) << said;
    const Words rest = co_await words(std::move(first));
    EXPECT_EQ(rest, list("2")) << "the first stream has not noticed";
    co_await expect_usable(database);
  });
}

TEST_F(Postgres, AnErrorComesBehindTheGoodRows) {
  run([](Database& database) -> Async<> {
    const Words rows =
        co_await words(database.query("select 1 / (x - 5000) from generate_series(1, 10000) x"));
    EXPECT_EQ(rows.size(), 5000U);
    EXPECT_EQ(rows.back(), "22012 division by zero");
    co_await expect_usable(database);
  });
}

TEST_F(Postgres, ErrorsOfAQueryLeaveTheConnectionUsable) {
  const std::vector<Words> queries = {
      {"select 1; select 2", "42601 cannot insert multiple commands into a prepared statement"},
      {"selekt", "42601 syntax error at or near \"selekt\""},
      {"select * from nowhere", "42P01 relation \"nowhere\" does not exist"},
      {"select $1",
       "08P01 bind message supplies 0 parameters, but prepared statement \"\" requires 1"},
  };
  run([&](Database& database) -> Async<> {
    for (const Words& query : queries) {
      const Words said = co_await words(database.query(query[0]));
      EXPECT_EQ(said, list(query[1]));
      co_await expect_usable(database);
    }
  });
}

TEST_F(Postgres, AQueryMayHaveNoRows) {
  const Words queries = {"", "-- nothing", "select 1 where false", "create temp table a (b int)",
                         "insert into a select 1"};
  run([&](Database& database) -> Async<> {
    for (const std::string& query : queries) {
      const Words none = co_await words(database.query(query));
      EXPECT_EQ(none, list()) << query;
    }
    co_await expect_usable(database);
  });
}

Async<bool> is_refused(AsyncStream<Row> rows) {
  try {
    const auto none = co_await next(rows);
  } catch (const std::invalid_argument&) {
    co_return true;
  }
  co_return false;
}

TEST_F(Postgres, NoTextIsCutAtAZeroByte) {
  const std::string with_zero("select 1\0; drop", 15);
  run([&](Database& database) -> Async<> {
    const bool query = co_await is_refused(database.query(with_zero));
    EXPECT_TRUE(query);
    co_await expect_usable(database);
    const bool value = co_await is_refused(database.query("select $1", with_zero));
    EXPECT_TRUE(value);
    co_await expect_usable(database);
  });
  EXPECT_THROW(block_on(Database::connect(with_zero)), std::invalid_argument);
}

TEST_F(Postgres, CopyClosesTheConnectionAndSaysSo) {
  for (const std::string copy : {"copy (select 1) to stdout", "copy a from stdin"}) {
    run([&](Database& database) -> Async<> {
      co_await words(database.query("create temp table a (b int)"));
      const Words said = co_await words(database.query(copy));
      EXPECT_EQ(said, list(" a Database has no COPY: the connection is closed"));
      EXPECT_FALSE(database.is_open());
      const Words more = co_await words(database.query("select 1"));
      EXPECT_EQ(more, list(" the connection is closed"));
    });
  }
}

TEST_F(Postgres, ACopyThatIsDroppedHangsNobody) {
  for (const std::string copy : {"copy (select 1) to stdout", "copy a from stdin"}) {
    run([&](Database& database) -> Async<> {
      co_await words(database.query("create temp table a (b int)"));
      {
        auto rows = database.query(copy);
        try {
          const auto none = co_await timeout(0ms, next(rows));
        } catch (const DatabaseError&) {  // the server was quicker than that
        }
      }
      const Words said = co_await words(database.query("select 1"));
      EXPECT_EQ(said == list("1"), database.is_open()) << said.back();
    });
  }
}

TEST_F(Postgres, NoticesGoToTheirHandler) {
  run([](Database& database) -> Async<> {
    Words notices;
    database.on_notice([&](std::string_view notice) { notices.emplace_back(notice); });
    co_await words(database.query("drop table if exists never_there"));
    EXPECT_EQ(notices, list("table \"never_there\" does not exist, skipping"));

    database.on_notice([](std::string_view) { throw std::runtime_error("I want no notices"); });
    std::string said;
    try {
      co_await words(database.query("drop table if exists never_there"));
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    EXPECT_EQ(said, "I want no notices");
    co_await expect_usable(database);
  });
}

TEST_F(Postgres, AServerThatEndsTheConnectionIsAnError) {
  run([](Database& other) -> Async<> {
    for (const std::string& query : kWithoutEnd) {
      Database database = co_await Database::connect("");
      const Words pid = co_await words(database.query("select pg_backend_pid()"));
      auto reads = spawn(words(database.query(query)));
      co_await yield_now();
      Words killed;
      while (killed != list("t")) {
        killed = co_await words(other.query("select pg_terminate_backend($1::int)", pid[0]));
      }
      const Words said = co_await reads;
      EXPECT_EQ(said.back(), "57P01 terminating connection due to administrator command");
      EXPECT_FALSE(database.is_open());
      const Words more = co_await words(database.query("select 1"));
      EXPECT_EQ(more, list(" the connection is closed"));
    }
  });
}

TEST_F(Postgres, AnIdleConnectionThatWasEndedSaysSoAtTheNextQuery) {
  run([](Database& other) -> Async<> {
    Database database = co_await Database::connect("");
    const Words pid = co_await words(database.query("select pg_backend_pid()"));
    co_await words(other.query("select pg_terminate_backend($1::int, 10000)", pid[0]));
    const Words said = co_await words(database.query("select 1"));
    EXPECT_EQ(said, list("57P01 terminating connection due to administrator command"));
    EXPECT_FALSE(database.is_open());
  });
}

TEST_F(Postgres, AStreamOutlivesItsDatabase) {
  std::optional<AsyncStream<Row>> kept;
  run([&](Database& database) -> Async<> {
    std::optional<Database> gone = co_await Database::connect("");
    auto rows = gone->query("select generate_series(1, 3)");
    const auto row = co_await next(rows);
    gone.reset();
    const Words rest = co_await words(std::move(rows));
    EXPECT_EQ(rest, list("2", "3"));

    kept = database.query(kEndless);
    const auto first = co_await next(*kept);
    EXPECT_TRUE(first.has_value());
  });
  kept.reset();  // its executor has gone, too; the pool has not: the request to cancel goes out
  EXPECT_EQ(pool_.stats().started, 1U);
}

/// How many connections of that name there are whose query runs.
Async<std::string> busy(Database& database, const char* name) {
  const Words count = co_await words(database.query(
      "select count(*) from pg_stat_activity where application_name = $1 and state = 'active'",
      name));
  co_return count[0];
}

TEST_F(Postgres, ADroppedConnectionLeavesNoQueryBehind) {
  run([](Database& other) -> Async<> {
    {
      Database gone = co_await Database::connect("application_name=gone");
      auto rows = gone.query("select pg_sleep(1000)");
      co_await poll_once(rows);
      std::string seen;
      while (seen != "1") {
        seen = co_await busy(other, "gone");
      }
    }
    std::string left;
    while (left != "0") {
      left = co_await busy(other, "gone");
    }
  });
}

TEST_F(Postgres, ConnectSaysWhatIsWrong) {
  const auto error = [](const char* options) { return block_on(connect_error(options)); };
  const std::string home = std::getenv("PGHOST");
  EXPECT_NE(error("dbname=nowhere").find("FATAL:  database \"nowhere\" does not exist"),
            std::string::npos);
  EXPECT_NE(error("user=nobody").find("role \"nobody\" does not exist"), std::string::npos);
  EXPECT_NE(error("host=/nowhere").find("No such file or directory"), std::string::npos);
  EXPECT_NE(error("dbname=locked").find("no password supplied"), std::string::npos);
  EXPECT_NE(error("dbname=locked password=wrong").find("password authentication failed"),
            std::string::npos);
  EXPECT_EQ(error("no such option"), "missing \"=\" after \"no\" in connection info string");
  EXPECT_EQ(error(("host=/nowhere," + home).c_str()), "connected") << "the second host is there";
}

TEST_F(Postgres, AQueryNeedsAPool) {
  block_on(async([]() -> Async<> {
    Database database = co_await Database::connect("");
    BlockingCore* const mine = BlockingCore::make_current(nullptr);
    std::string said;
    try {
      co_await words(database.query("select 1"));
    } catch (const std::logic_error& error) {
      said = error.what();
    }
    BlockingCore::make_current(mine);
    EXPECT_NE(said.find("a Database's query"), std::string::npos) << said;
    co_await expect_usable(database);
  }));
}

TEST_F(Postgres, APoolThatHasEndedClosesTheConnection) {
  run([this](Database& database) -> Async<> {
    {
      auto rows = database.query(kEndless);
      const auto row = co_await next(rows);
      pool_.shutdown(10s);
    }
    const Words said = co_await words(database.query("select 1"));
    EXPECT_EQ(said.size(), 1U);
    EXPECT_TRUE(said[0].starts_with(" the query before cannot be cancelled: ")) << said[0];
    EXPECT_FALSE(database.is_open());
  });
}

/// What DATABASE.md shows below the line that starts the program.
std::string transcript() {
  std::ifstream file(test::source_dir() / "chapters/17_io/DATABASE.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  const std::string command = "with_server.sh build/bin/17_database\n";
  const std::size_t begin = page.find(command) + command.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

TEST_F(Postgres, TheStoryIsTheOneOfThePage) {
  const test::ChildResult story = test::run_program(test::program("17_database"), "");
  EXPECT_EQ(story.exit_code, 0);
  EXPECT_EQ(story.err, "");
  const std::regex figure("~[0-9]+");
  EXPECT_EQ(std::regex_replace(story.out, figure, "~"),
            std::regex_replace(transcript(), figure, "~"));
}

}  // namespace postgres_test
}  // namespace book
