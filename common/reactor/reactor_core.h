// ReactorCore: the part of a reactor that others may hold on to after its end, by reference
// count: the sources that were bound to it, and the threads that still want to notify it.
// Private to reactor.cpp and io_source.cpp.
#pragma once

#include <atomic>
#include <cstddef>

#include "common/arc.h"
#include "common/reactor/io_table.h"
#include "common/reactor/poller.h"

namespace book::detail {

struct ReactorCore : RefCounted<ReactorCore> {
  Poller poller;
  IoTable table;
  std::atomic<bool> alive{true};
  std::atomic<bool> notified{false};
  std::atomic<std::size_t> outside_work{0};

  void notify() noexcept {
    // Whoever finds the flag set may leave the writing to the one who set it.
    if (!notified.exchange(true, std::memory_order_acq_rel)) poller.interrupt();
  }
};

}  // namespace book::detail
