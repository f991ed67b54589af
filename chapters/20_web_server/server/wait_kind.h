// What a connection waits for: each kind has a time-out of its own (timeout_queues.h).
#pragma once

#include <cstdint>

namespace book::http {

enum class WaitKind : std::uint8_t {
  idle,   ///< for the first byte of a request
  head,   ///< for the rest of a head
  body,   ///< for the rest of a body
  write,  ///< for the client to take what is written
  other,  ///< for something that ends by itself: no limit
};

}  // namespace book::http
