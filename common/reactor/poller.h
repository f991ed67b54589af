// Poller: the reactor's window on the operating system, four functions wide: make one, watch a
// descriptor, wait, interrupt the wait. poller_epoll.cpp says it in Linux's words; a kqueue twin
// would be one more file, and nothing else would change.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "common/descriptor.h"

namespace book::detail {

class Poller {
 public:
  /// What the system says about a descriptor, bit by bit.
  enum : std::uint8_t {
    kReadable = 1,
    kWritable = 2,
    kReadClosed = 4,   ///< the other side sends no more
    kWriteClosed = 8,  ///< the other side takes no more
    kUrgent = 64,      ///< some of it is marked as urgent, and a read stops at the mark
  };
  struct Event {
    std::uint64_t token;
    std::uint8_t ready;
  };
  /// One wait brings so many events at most; the rest comes with the next.
  using Batch = std::array<Event, 512>;
  static constexpr std::uint64_t kReservedToken = ~std::uint64_t{0};

  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  enum class Watched {
    fresh,         ///< watched from now on
    again,         ///< it was watched already, and reports under the new token now
    always_ready,  ///< nothing to watch: a regular file never blocks
  };
  /// Reports `fd` under `token`, both directions, edge-triggered, until it is closed; what is
  /// ready already is reported too. Throws std::system_error.
  Watched watch(int fd, std::uint64_t token);

  struct Result {
    std::size_t events;
    bool interrupted;  ///< by interrupt(), or by a signal
  };
  /// Waits for events, `timeout_ms` at most (negative: forever); may return early with nothing.
  Result wait(Batch& batch, std::int64_t timeout_ms);

  /// Ends a wait() that is under way, or the next one. From any thread.
  void interrupt() noexcept;

 private:
  Descriptor poll_fd_;
  Descriptor wake_fd_;
};

}  // namespace book::detail
