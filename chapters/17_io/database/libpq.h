// What libpq gives away, in the hands of owners: a connection, a result, a request to cancel. And
// its errors, as an exception.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace book {

/// What the server says of a query that failed, or libpq of a connection.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(std::string_view sqlstate, const std::string& message);

  /// Five letters or digits: "22012" is a division by zero. Empty when the error is no answer of
  /// the server's to a query; then the connection is closed, or was never open.
  std::string_view sqlstate() const noexcept { return sqlstate_.data(); }

 private:
  std::array<char, 6> sqlstate_{};  // no string: an exception is copied without an exception
};

namespace detail {

struct LibpqDeleter {
  void operator()(PGconn* connection) const noexcept { ::PQfinish(connection); }
  void operator()(PGresult* result) const noexcept { ::PQclear(result); }
  void operator()(PGcancel* request) const noexcept { ::PQfreeCancel(request); }
};

template <class T>
using Libpq = std::unique_ptr<T, LibpqDeleter>;

/// libpq ends its messages with a line end.
std::string without_line_end(std::string_view message);
/// The server's error, or a notice of its.
DatabaseError error_of(const PGresult& result);
/// The last error that libpq found.
DatabaseError error_of(const PGconn& connection);

}  // namespace detail
}  // namespace book
