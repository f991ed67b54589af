// The fields that decide where a request ends and whether another may follow on the same
// connection. Everything a smuggler would twist is in this one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "17_io/http/request.h"

namespace book::http {

/// "localhost", "localhost:7878", "[::1]:80": a host, and a port if it likes. The host may be
/// empty.
[[nodiscard]] bool is_host(std::string_view text);

/// A Content-Length: digits and nothing else, no sign, no list, no overflow.
[[nodiscard]] std::optional<std::uint64_t> parse_length(std::string_view digits);

/// Is `wanted`, in lower case, one of those that a Connection field lists?
[[nodiscard]] bool lists_token(std::string_view tokens, std::string_view wanted);

class FramingFields {
 public:
  /// Takes note of one field, its value without the blanks around it; fields it does not know pass.
  /// False: this request must be refused, with refusal().
  [[nodiscard]] bool note(std::string_view name, std::string_view value) {
    // By length first: most of what a browser sends is none of these, and costs one look.
    constexpr std::uint32_t kLengths = 1u << 4 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 10 | 1u << 13 |
                                       1u << 14 | 1u << 17 | 1u << 19;
    if (name.size() > 19 || (kLengths >> name.size() & 1) == 0) return true;
    return note_known(name, value);
  }
  [[nodiscard]] int refusal() const noexcept { return expects_other_ ? 417 : 400; }

  /// At the end of the head: what the fields say together goes into the request.
  /// 0, or the status of the refusal.
  [[nodiscard]] int apply_to(Request& request) const;

 private:
  bool note_known(std::string_view name, std::string_view value);
  bool note_host(std::string_view value);
  bool note_expectation(std::string_view value);
  bool note_length(std::string_view digits);
  bool note_codings(std::string_view codings);
  void note_connection(std::string_view tokens);

  std::uint64_t length_ = 0;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_codings_ = false;
  bool is_chunked_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
  bool has_conditions_ = false;
};

/// The lines of `fields` that are called `name`, one after the other; for what is so rare that the
/// parser only notes that it is there.
///
///     FieldLines ranges(request.fields, "range");
///     while (auto value = ranges.next()) ...
class FieldLines {
 public:
  /// `fields` as in a Request; `name` in lower case.
  FieldLines(std::string_view fields, std::string_view name) : rest_(fields), name_(name) {}

  /// The value of the next one, without the blanks around it.
  std::optional<std::string_view> next();

 private:
  std::string_view rest_, name_;
};

}  // namespace book::http
