// Exercise 4: a part of a file. A browser that seeks in a film, or a download that goes on where it
// broke off, asks for some of the bytes:
//
//     Range: bytes=0-99     the first hundred: both ends belong to it     206
//     Range: bytes=100-     from there to the end                         206
//     Range: bytes=-50      the last fifty                                206
//     Range: bytes=900-     of a file of 271 bytes: there are none        416
//     Range: lines=1-2      whatever else: as if it were not there        200
//
// Run its test with: make exercise CHAPTER=20
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
  // TODO: digits and nothing else: no sign, no blank. Mind the overflow: saturate.
  (void)digits;
  return std::nullopt;
}

/// What `Range: RANGE` asks for, of a file of `size` bytes. One range is understood: "bytes=0-99",
/// "bytes=100-", "bytes=-50". Anything else is ignored: the whole file.
inline Slice slice_of(std::string_view range, std::uint64_t size) {
  // TODO: which of the three forms is it?
  //   - A range that ends before it begins, or anything that is none of the three: ignored,
  //     wherever it begins. So ask this first.
  //   - A range that begins beyond the end: 416. So is the last 0 bytes.
  //   - An end beyond the file's is cut off: the client may not know how long the file is.
  (void)range;
  return {200, 0, size};
}

/// The value of the answer's Content-Range: "bytes 0-99/271" for a part, "bytes */271" for a 416.
inline std::string content_range(const Slice& slice, std::uint64_t size) {
  // TODO: the numbers of the first and of the last byte, and the size of the whole file.
  (void)slice;
  (void)size;
  return "";
}

}  // namespace book::http
