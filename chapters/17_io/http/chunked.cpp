#include "17_io/http/chunked.h"

#include <algorithm>

#include "17_io/http/request.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// As many hexadecimal digits as 64 bits have room for: a longer size, be it all zeros in front, is
/// refused before it can wrap around.
constexpr int kMostDigits = 16;

}  // namespace

ChunkedDecoder::Piece ChunkedDecoder::read(std::string_view bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (at_ == At::data) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size() - i));
      left_ -= n;  // it is as many at least: see size_lf
      size_ -= n;
      if (size_ == 0) at_ = At::data_cr;
      return {i + n, bytes.substr(i, n)};
    }
    if (is_over()) return {i, {}};
    if (left_ == 0) {
      at_ = At::too_much;
      return {i, {}};
    }
    --left_;
    at_ = after(bytes[i]);
  }
  return {bytes.size(), {}};
}

/// The table of the state machine: from where it stands, and what comes, to where it stands then.
/// Every line ends in CR LF and nothing else, as in the head.
ChunkedDecoder::At ChunkedDecoder::after(char c) noexcept {
  switch (at_) {
    case At::size:
      return after_size(c);
    case At::extension:
    case At::extension_name:
    case At::extension_value:
    case At::extension_word:
    case At::quoted:
    case At::escaped:
    case At::after_quoted:
      return ++length_ > kMostExtension ? At::malformed : after_extension(c);
    case At::size_lf:
      if (c != '\n') return At::malformed;
      length_ = 0;
      if (size_ > left_) return At::too_much;
      return size_ > 0 ? At::data : At::line;
    case At::data_cr:
      return c == '\r' ? At::data_lf : At::malformed;
    case At::data_lf:
      return c == '\n' ? At::size : At::malformed;
    case At::last_lf:
      return c == '\n' ? At::end : At::malformed;
    default:
      return ++length_ > kMostTrailers ? At::malformed : after_trailer(c);
  }
}

ChunkedDecoder::At ChunkedDecoder::after_size(char c) noexcept {
  if (const int digit = scan::hex_digit(c); digit >= 0) {
    size_ = size_ * 16 + static_cast<unsigned>(digit);
    return ++length_ > kMostDigits ? At::malformed : At::size;
  }
  if (length_ == 0) return At::malformed;
  length_ = 0;
  if (c == ';') return At::extension;
  return c == '\r' ? At::size_lf : At::malformed;
}

/// ;name  ;name=word  ;name="any \"text\"". A reader that does not know about quotes, or about
/// blanks before the semicolon, would see the line end elsewhere: so nothing is forgiven here.
ChunkedDecoder::At ChunkedDecoder::after_extension(char c) const noexcept {
  switch (at_) {
    case At::extension:
      return scan::is(c, scan::kToken) ? At::extension_name : At::malformed;
    case At::extension_name:
      if (scan::is(c, scan::kToken)) return At::extension_name;
      if (c == '=') return At::extension_value;
      break;
    case At::extension_value:
      if (c == '"') return At::quoted;
      return scan::is(c, scan::kToken) ? At::extension_word : At::malformed;
    case At::extension_word:
      if (scan::is(c, scan::kToken)) return At::extension_word;
      break;
    case At::quoted:
      if (c == '"') return At::after_quoted;
      if (c == '\\') return At::escaped;
      return scan::is(c, scan::kText) ? At::quoted : At::malformed;
    case At::escaped:
      return scan::is(c, scan::kText) ? At::quoted : At::malformed;
    default:  // after_quoted
      break;
  }
  if (c == ';') return At::extension;
  return c == '\r' ? At::size_lf : At::malformed;
}

ChunkedDecoder::At ChunkedDecoder::after_trailer(char c) noexcept {
  switch (at_) {
    case At::line:
      if (c == '\r') return At::last_lf;
      name_size_ = 0;
      [[fallthrough]];
    case At::trailer_name:
      if (c == ':' && at_ == At::trailer_name)
        return decides_too_late() ? At::malformed : At::trailer_value;
      if (!scan::is(c, scan::kToken)) return At::malformed;
      if (name_size_ < name_.size()) name_[name_size_] = c;
      if (name_size_ <= name_.size()) ++name_size_;
      return At::trailer_name;
    case At::trailer_value:
      if (c == '\r') return At::trailer_lf;
      return scan::is(c, scan::kText) ? At::trailer_value : At::malformed;
    default:  // trailer_lf
      return c == '\n' ? At::line : At::malformed;
  }
}

/// A trailer that would say where the body ends, or whom the request is for, had it come in time.
/// Some readers add the trailers to the head, and read the request anew.
bool ChunkedDecoder::decides_too_late() const noexcept {
  if (name_size_ > name_.size()) return false;
  const std::string_view name(name_.data(), name_size_);
  return equals_ignoring_case(name, "content-length"sv) ||
         equals_ignoring_case(name, "transfer-encoding"sv) || equals_ignoring_case(name, "host"sv);
}

}  // namespace book::http
