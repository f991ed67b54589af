#include "17_io/database/libpq.h"

namespace book {
namespace {

std::string_view or_empty(const char* text) { return text ? text : ""; }

}  // namespace

DatabaseError::DatabaseError(std::string_view sqlstate, const std::string& message)
    : std::runtime_error(message) {
  sqlstate.copy(sqlstate_.data(), sqlstate_.size() - 1);
}

namespace detail {

std::string without_line_end(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  return std::string(message);
}

DatabaseError error_of(const PGresult& result) {
  const std::string_view message = or_empty(::PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY));
  if (message.empty()) return {"", without_line_end(or_empty(::PQresultErrorMessage(&result)))};
  return {or_empty(::PQresultErrorField(&result, PG_DIAG_SQLSTATE)), std::string(message)};
}

DatabaseError error_of(const PGconn& connection) {
  return {"", without_line_end(or_empty(::PQerrorMessage(&connection)))};
}

}  // namespace detail
}  // namespace book
