// The file of a trace: lines go in, one write each. When it grows long it keeps its beginning and
// its end:
//
//     | header, the first events | cut: what is missing | the last events ........ |
//     |<------ kept.first ------>|                      |<-- kept.last, or twice -->|
//
// Whenever the end has grown to twice `kept.last`, its older half is cut out and the younger half
// moves up. Private to the trace.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/descriptor.h"
#include "common/trace.h"

namespace book::trace::detail {

class TraceFile {
 public:
  /// These return errno, or 0.
  int open(const std::string& path, Kept kept) noexcept;
  /// `number`: of the event on this line.
  int write(std::string_view line, long number) noexcept;

  bool is_open() const noexcept { return static_cast<bool>(file_); }
  void close() noexcept { *this = TraceFile(); }

 private:
  int cut();

  Descriptor file_;
  Kept kept_;
  std::size_t size_ = 0;
  std::size_t head_ = 0;  ///< where the beginning ends; 0: not yet
  long first_cut_ = 0;    ///< the number of the first event behind it
  bool whole_ = false;    ///< nothing may be cut: not a file, or not ours alone
};

}  // namespace book::trace::detail
