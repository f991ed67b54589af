// A part of a file: what the value of a Range field asks for (RFC 9110, section 14.1.2).
//
//     bytes=0-99     the first hundred: both ends belong to it
//     bytes=100-     from there to the end
//     bytes=-50      the last fifty
//
// One range is understood. A server may ignore the field, and this one does where there are more,
// or where it makes no sense, or where the file is empty: then the client gets the whole file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace book::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;  ///< 0: the file has no such bytes
};

/// Of a file of `size` bytes. Nothing: the field is to be ignored.
[[nodiscard]] std::optional<ByteRange> byte_range(std::string_view field, std::uint64_t size);

}  // namespace book::http
