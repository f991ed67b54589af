// Row: one row of a query's answer. It owns its bytes, and outlives its stream and its connection.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/database/libpq.h"

namespace book {

class Row {
 public:
  explicit Row(detail::Libpq<PGresult> result) noexcept : result_(std::move(result)) {}

  std::size_t size() const noexcept { return static_cast<std::size_t>(::PQnfields(result_.get())); }
  /// As the query names it. Throws std::out_of_range.
  std::string_view name(std::size_t column) const {
    return ::PQfname(result_.get(), checked(column));
  }
  /// As text; empty when it is NULL. The bytes are the row's. Throws std::out_of_range.
  std::optional<std::string_view> operator[](std::size_t column) const {
    const int number = checked(column);
    if (::PQgetisnull(result_.get(), 0, number)) return std::nullopt;
    return std::string_view(::PQgetvalue(result_.get(), 0, number),
                            static_cast<std::size_t>(::PQgetlength(result_.get(), 0, number)));
  }
  /// Throws std::invalid_argument when the field is NULL, no whole number, or too large for a T.
  template <std::integral T>
  T number(std::size_t column) const {
    T value{};
    const std::string_view text = (*this)[column].value_or("");
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || behind != end)
      throw std::invalid_argument("column '" + std::string(name(column)) +
                                  "' holds no such whole number");
    return value;
  }

 private:
  int checked(std::size_t column) const {
    if (column >= size())
      throw std::out_of_range("column " + std::to_string(column) + " of a row of " +
                              std::to_string(size()));
    return static_cast<int>(column);
  }

  detail::Libpq<PGresult> result_;
};

}  // namespace book
