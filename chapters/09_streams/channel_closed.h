// ChannelClosed: the other end of a channel is gone.
#pragma once

#include <stdexcept>

namespace book {

/// What a send meets when the receiver is gone. (Chapter 11 throws it at receivers as well, where
/// the end of all senders is no ordinary end: it says so in `what`.)
class ChannelClosed : public std::runtime_error {
 public:
  explicit ChannelClosed(const char* what = "the channel's receiver is gone")
      : std::runtime_error(what) {}
};

}  // namespace book
