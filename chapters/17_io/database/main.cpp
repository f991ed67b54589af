// The rows of a query as a stream: a filter behind the server, a million rows in the memory of one,
// an error behind good rows, a query that is dropped. DATABASE.md walks through it.
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "09_streams/map_filter.h"
#include "14_blocking/blocking_pool.h"
#include "17_io/database/database.h"
#include "common/program/chapter.h"

namespace book::story {
namespace {

Async<> a_filter(Database& database) {
  fmt::print("\n1. The server filters by $1, the stream once more.\n");
  auto large = database.query(
                   "select id, id % 2000 as value from generate_series(1, 10000) id "
                   "where id % 2000 > $1",
                   100) |
               filter([](const Row& row) { return row.number<long>(1) > 1998; });
  int count = 0;
  for (;;) {
    auto row = co_await next(large);
    if (!row) break;
    fmt::print("   row {}: {}\n", row->number<int>(0), row->number<long>(1));
    ++count;
  }
  fmt::print("   processed {} rows\n", count);
}

std::size_t bytes_in_use() { return ::mallinfo2().uordblks; }

Async<> a_million(Database& database) {
  fmt::print("\n2. A million rows.\n");
  const std::size_t before = bytes_in_use();
  std::size_t most = before, count = 0;
  auto rows = database.query(
      "select x, 'customer number ' || x from (select generate_series(1, 1000000) as x) customers");
  for (;;) {
    const auto row = co_await next(rows);
    if (!row) break;
    if (++count % 1000 == 0) most = std::max(most, bytes_in_use());
  }
  fmt::print("   {} rows; at the most ~{} KB of memory more than before\n", count,
             (most - before + 1023) / 1024);
}

Async<> an_error(Database& database) {
  fmt::print("\n3. An error in the five thousandth row.\n");
  auto rows = database.query("select 1 / (x - 5000) from generate_series(1, 10000) x");
  int count = 0;
  try {
    for (;;) {
      const auto row = co_await next(rows);
      if (!row) break;
      ++count;
    }
  } catch (const DatabaseError& error) {
    fmt::print("   {} rows, then {}: {}. The connection is {}\n", count, error.sqlstate(),
               error.what(), database.is_open() ? "open" : "closed");
  }
}

Async<> two_at_once(Database& database) {
  fmt::print("\n4. Two queries at once.\n");
  auto first = database.query("select 'the first'");
  auto second = database.query("select 'the second'");
  const auto row = co_await next(first);
  fmt::print("   {}\n", *(*row)[0]);
  try {
    const auto none = co_await next(second);
  } catch (const std::logic_error& error) {
    fmt::print("   {}\n", error.what());
  }
}

Async<> an_endless_one(Database& database) {
  fmt::print("\n5. A query that would take days, dropped after three rows.\n");
  {
    auto rows = database.query("select generate_series(1, 1000000000000)");
    for (int i = 0; i < 3; ++i) {
      const auto row = co_await next(rows);
      fmt::print("   row {}\n", row->number<long>(0));
    }
  }
  auto again = database.query("select 'the same connection, and the next query'");
  const auto row = co_await next(again);
  fmt::print("   {}\n", *(*row)[0]);
}

Async<> all(std::string server) {
  Database database = co_await Database::connect(std::move(server));
  co_await a_filter(database);
  co_await a_million(database);
  co_await an_error(database);
  co_await two_at_once(database);
  co_await an_endless_one(database);
}

void tell(Args& args) {
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  fmt::print("A database, and one task that asks it.\n");
  block_on(all(args.get<std::string>("server")));
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "17_database",
       .summary = "the rows of a database's query as a stream",
       .options = {book::option::text("server", "OPTIONS", "",
                                      "what libpq takes: \"host=/run/postgresql dbname=shop\"; the "
                                      "rest comes from PGHOST and its kind")},
       .no_virtual_time = "a server really answers",
       .no_seed = "it runs one task"},
      argc, argv, book::story::tell);
}
