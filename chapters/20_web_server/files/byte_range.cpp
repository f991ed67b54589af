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

struct Number {
  std::uint64_t value = 0;
  std::string_view digits;  // without zeros in front

  bool operator<(const Number& other) const {
    if (digits.size() != other.digits.size()) return digits.size() < other.digits.size();
    return digits < other.digits;
  }
};

/// Takes the digits from the front of `text`; nothing if there are none. More than 64 bits can hold
/// is more than any file has, and so is the most that they can hold.
std::optional<Number> take_number(std::string_view& text) {
  Number number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (error == std::errc::invalid_argument) return std::nullopt;
  number.digits = text.substr(0, static_cast<std::size_t>(end - text.data()));
  text.remove_prefix(number.digits.size());
  number.digits.remove_prefix(std::min(number.digits.find_first_not_of('0'), number.digits.size()));
  if (error != std::errc()) number.value = std::numeric_limits<std::uint64_t>::max();
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

  if (!first && !last) return std::nullopt;
  if (first && last && *last < *first) return std::nullopt;
  // Of an empty file any part is the whole file, and there is no way to write down which part of it
  // that is. Some clients always send a Range, and it must not keep them from an empty file.
  if (size == 0) return std::nullopt;
  if (!first) {
    const std::uint64_t count = std::min(last->value, size);
    return ByteRange{size - count, count};
  }
  if (first->value >= size) return ByteRange{};
  const std::uint64_t end = last ? std::min(last->value, size - 1) : size - 1;
  return ByteRange{first->value, end - first->value + 1};
}

}  // namespace book::http
