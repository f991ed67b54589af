// A part of a file: the book's answer to exercise 4.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace book::http {

/// Which bytes of a file to send, and with which status: 206 for a part, 200 for the whole file,
/// 416 when there are no such bytes.
struct Slice {
  int status = 200;
  std::uint64_t first = 0;
  std::uint64_t size = 0;  ///< how many; none of a 416
};

/// The number that `digits` are; nothing when they are no digits, or none at all. What is too large
/// for 64 bits is the largest there is.
inline std::optional<std::uint64_t> number_of(std::string_view digits) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    number = number > (kMost - digit) / 10 ? kMost : number * 10 + digit;
  }
  return number;
}

/// What `Range: RANGE` asks for, of a file of `size` bytes. One range is understood: "bytes=0-99",
/// "bytes=100-", "bytes=-50". Anything else is ignored: the whole file.
inline Slice slice_of(std::string_view range, std::uint64_t size) {
  const Slice whole{200, 0, size}, none{416, 0, 0};
  constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit)) return whole;
  range.remove_prefix(kUnit.size());
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view before = range.substr(0, dash), after = range.substr(dash + 1);
  const std::optional<std::uint64_t> first = number_of(before), last = number_of(after);

  if (before.empty()) {
    if (!last) return whole;
    const std::uint64_t count = std::min(*last, size);
    return count == 0 ? none : Slice{206, size - count, count};
  }
  if (!first || (!last && !after.empty())) return whole;
  if (last && *last < *first) return whole;
  if (*first >= size) return none;
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {206, *first, end - *first + 1};
}

/// The value of the answer's Content-Range: "bytes 0-99/271" for a part, "bytes */271" for a 416.
inline std::string content_range(const Slice& slice, std::uint64_t size) {
  const std::string of = "/" + std::to_string(size);
  if (slice.status == 416) return "bytes *" + of;
  return "bytes " + std::to_string(slice.first) + "-" +
         std::to_string(slice.first + slice.size - 1) + of;
}

}  // namespace book::http
