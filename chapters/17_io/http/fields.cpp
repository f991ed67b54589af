#include "17_io/http/fields.h"

#include <algorithm>
#include <limits>

#include "17_io/http/scan.h"

namespace book::http {

using namespace std::string_view_literals;

bool is_host(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  if (text.starts_with('[')) {  // an IPv6 address: its colons begin no port
    do {
      p = scan::skip(p + 1, end, scan::kHost);
    } while (p != end && *p == ':');
    if (p == end || *p != ']') return false;
    ++p;
  } else {
    p = scan::skip(p, end, scan::kHost);
  }
  if (p == end) return true;
  if (*p != ':') return false;
  return scan::skip(p + 1, end, scan::kDigit) == end;
}

std::optional<std::uint64_t> parse_length(std::string_view digits) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::uint64_t length = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    if (!scan::is(c, scan::kDigit)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

bool lists_token(std::string_view tokens, std::string_view wanted) {
  bool found = false;
  scan::for_each_token(tokens, [&](std::string_view token) {
    found = found || equals_ignoring_case(token, wanted);
  });
  return found;
}

bool FramingFields::note_known(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      return !equals_ignoring_case(name, "host"sv) || note_host(value);
    case 5:
      if (equals_ignoring_case(name, "range"sv)) has_conditions_ = true;
      return true;
    case 6:
      return !equals_ignoring_case(name, "expect"sv) || note_expectation(value);
    case 8:
      if (equals_ignoring_case(name, "if-match"sv) || equals_ignoring_case(name, "if-range"sv))
        has_conditions_ = true;
      return true;
    case 10:
      if (equals_ignoring_case(name, "connection"sv)) note_connection(value);
      return true;
    case 13:
      if (equals_ignoring_case(name, "if-none-match"sv)) has_conditions_ = true;
      return true;
    case 14:
      return !equals_ignoring_case(name, "content-length"sv) || note_length(value);
    case 17:
      if (equals_ignoring_case(name, "if-modified-since"sv)) has_conditions_ = true;
      return !equals_ignoring_case(name, "transfer-encoding"sv) || note_codings(value);
    case 19:
      if (equals_ignoring_case(name, "if-unmodified-since"sv)) has_conditions_ = true;
      return true;
    default:
      return true;
  }
}

/// There is one that we know.
bool FramingFields::note_expectation(std::string_view value) {
  expects_continue_ = equals_ignoring_case(value, "100-continue"sv);
  expects_other_ = !expects_continue_;
  return expects_continue_;
}

/// Only one host.
bool FramingFields::note_host(std::string_view value) {
  if (has_host_) return false;
  has_host_ = true;
  return is_host(value);
}

/// Only one length. Two equal lengths are refused too: no honest client sends them.
bool FramingFields::note_length(std::string_view digits) {
  const std::optional<std::uint64_t> length = parse_length(digits);
  if (has_length_ || !length) return false;
  has_length_ = true;
  length_ = *length;
  return true;
}

/// Only one field, and only `chunked` in it. What ends in chunked but has another coding inside
/// could be cut into requests, but not read. Where chunked is not the end, or comes twice, even
/// that is anybody's guess.
bool FramingFields::note_codings(std::string_view codings) {
  if (has_codings_) return false;
  has_codings_ = true;
  is_chunked_ = equals_ignoring_case(codings, "chunked"sv);
  for (;;) {
    const std::size_t comma = codings.find(',');
    const std::string_view coding = scan::trim(codings.substr(0, comma));
    if (coding.empty()) return false;
    if (comma == std::string_view::npos) return true;
    if (equals_ignoring_case(coding, "chunked"sv)) return false;
    codings.remove_prefix(comma + 1);
  }
}

void FramingFields::note_connection(std::string_view tokens) {
  scan::for_each_token(tokens, [this](std::string_view token) {
    if (equals_ignoring_case(token, "close"sv)) says_close_ = true;
    if (equals_ignoring_case(token, "keep-alive"sv)) says_keep_alive_ = true;
  });
}

std::optional<std::string_view> FieldLines::next() {
  while (!rest_.empty()) {
    const std::string_view line = rest_.substr(0, rest_.find("\r\n"sv));
    rest_.remove_prefix(std::min(line.size() + 2, rest_.size()));
    const std::size_t colon = line.find(':');
    if (colon != line.npos && equals_ignoring_case(line.substr(0, colon), name_))
      return scan::trim(line.substr(colon + 1));
  }
  return std::nullopt;
}

int FramingFields::apply_to(Request& request) const {
  if (!request.http_1_0 && !has_host_) return 400;
  if (has_codings_) {
    // Beside a length, or in a version that has no such field: two readers would see two lengths.
    if (has_length_ || request.http_1_0) return 400;
    if (!is_chunked_) return 501;
    request.chunked = true;
  }
  request.content_length = length_;
  request.keep_alive = !says_close_ && (!request.http_1_0 || says_keep_alive_);
  request.expects_continue = expects_continue_ && !request.http_1_0;
  request.has_conditions = has_conditions_;
  return 0;
}

}  // namespace book::http
