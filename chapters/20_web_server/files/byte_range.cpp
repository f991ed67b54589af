#include "20_web_server/files/byte_range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "17_io/http/request.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// Takes the digits from the front of `text`; nothing if there are none. More than 64 bits can hold
/// is more than any file has, and so is the most that they can hold.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc()) return std::numeric_limits<std::uint64_t>::max();
  return number;
}

}  // namespace

std::optional<ByteRange> byte_range(std::string_view field, std::uint64_t size) {
  constexpr auto kUnit = "bytes"sv;
  if (!equals_ignoring_case(field.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  field.remove_prefix(kUnit.size());
  if (!field.starts_with('=')) return std::nullopt;
  std::string_view range = scan::trim(field.substr(1));

  const auto first = take_number(range);
  if (!range.starts_with('-')) return std::nullopt;
  range.remove_prefix(1);
  const auto last = take_number(range);
  if (!range.empty()) return std::nullopt;  // a second range, or nonsense

  if (!first) {
    // Of an empty file even the last fifty bytes are the whole file, and there is no way to write
    // down which part of it that is.
    if (!last || (size == 0 && *last > 0)) return std::nullopt;
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace book::http
