// What the channels of this chapter throw: ChannelClosed, and Lagged.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>

#include "09_streams/channel_closed.h"

namespace book {

/// A receiver of a broadcast was slower than its channel is long. It is thrown once, in the place
/// of the items that are gone; the next poll gives the oldest one that is still there.
class Lagged : public std::runtime_error {
 public:
  explicit Lagged(std::uint64_t missed)
      : std::runtime_error(fmt::format("this receiver was too slow and has missed {} item{}",
                                       missed, missed == 1 ? "" : "s")),
        missed_(missed) {}
  /// How many items it has missed, since the last one that it was given.
  std::uint64_t missed() const noexcept { return missed_; }

 private:
  std::uint64_t missed_;
};

}  // namespace book
