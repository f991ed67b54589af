// Database: a connection to a PostgreSQL server, and the rows of a query as a stream.
//
//     Database database = co_await Database::connect("dbname=shop");
//     auto rows = database.query("select id, value from orders where value > $1", 100);
//     for (;;) {
//       const auto row = co_await next(rows);
//       if (!row) break;
//       total += row->number<long>(1);
//     }
//
// A million rows need the memory of one: what nobody asks for stays in the socket, and the server
// waits. DATABASE.md of chapter 17 explains it. Only where libpq is installed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "09_streams/generator.h"
#include "17_io/database/row.h"

namespace book {
namespace detail {
class Session;
}

class Database {
 public:
  /// `options` are libpq's: "host=/run/postgresql dbname=shop". What is not there comes from PGHOST
  /// and its kind. Throws DatabaseError. libpq looks up a host's NAME by a call that blocks: give
  /// it a hostaddr, or the folder of a socket. It has no limit of time: timeout(5s, connect(...)).
  static Async<Database> connect(std::string options);

  /// The rows of one statement, in their order. `values` stand for $1, $2 and so on: texts, whole
  /// numbers, and nullopt for NULL. Nothing happens before the first poll, which needs a
  /// BlockingPool::Scope around it, for the request to cancel. Throws, out of a poll:
  ///   std::logic_error       another stream of this connection has begun, and has not ended
  ///   std::invalid_argument  a text has a zero byte in it
  ///   DatabaseError          the query has failed, perhaps behind some rows; see is_open()
  /// Dropping the stream cancels the query and gives the connection back: the next query begins by
  /// throwing away what is still on the way. Stream and connection may go in any order.
  template <class... Values>
  AsyncStream<Row> query(std::string sql, Values&&... values) {
    Parameters parameters;
    parameters.reserve(sizeof...(values));
    (parameters.push_back(parameter(std::forward<Values>(values))), ...);
    return start(std::move(sql), std::move(parameters));
  }

  /// False: the server is gone, or something could not be cleaned up. Connect again.
  bool is_open() const noexcept;
  /// What the server says beside a query ("table is not there, skipping"): to stderr, unless it is
  /// given to a handler. It is called inside of polls; what it throws ends the query.
  void on_notice(std::function<void(std::string_view)> handler);

 private:
  friend detail::Session;
  using Parameters = std::vector<std::optional<std::string>>;

  template <class Value>
  static std::optional<std::string> parameter(Value&& value) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<Value>>) {
      return std::to_string(value);
    } else {
      return std::optional<std::string>(std::forward<Value>(value));
    }
  }
  AsyncStream<Row> start(std::string sql, Parameters parameters);

  explicit Database(std::shared_ptr<detail::Session> session) : session_(std::move(session)) {}

  std::shared_ptr<detail::Session> session_;  // shared with the stream that uses it
};

}  // namespace book
