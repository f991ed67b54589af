// The reactor's Poller (common/reactor/poller.h) for explored threads: no descriptors, and a wait
// that is a sleep of the explorer's. Linked in the place of poller_epoll.cpp.
#include "common/reactor/poller.h"
#include "explorer/late_stores.h"
#include "explorer/memory.h"
#include "explorer/world.h"

namespace book::detail {

using explorer::World;

namespace {
/// What wake_fd_ holds after an interrupt. No descriptor has this number, so closing it does
/// nothing.
constexpr int kInterrupted = 1 << 30;
}  // namespace

Poller::Poller() {}

Poller::Watched Poller::watch(int, std::uint64_t) { return Watched::always_ready; }

Poller::Result Poller::wait(Batch&, std::int64_t timeout_ms) {
  World& world = World::get();
  if (World::watches_me()) {
    world.point();
    explorer::drain();
    World::Inside inside;
    world.note("waits in", this, 0);
    if (!wake_fd_ && timeout_ms != 0) {
      world.sleep(this, "waits in its reactor", timeout_ms > 0);
    }
  }
  const bool interrupted = wake_fd_.release() >= 0;
  return {0, interrupted};
}

void Poller::interrupt() noexcept {
  if (!World::watches_me()) {
    wake_fd_ = Descriptor(kInterrupted);
    return;
  }
  World& world = World::get();
  world.point();
  explorer::drain();  // a system call
  World::Inside inside;
  wake_fd_ = Descriptor(kInterrupted);
  world.wake_one(this);
  world.note("interrupts", this, 0);
}

}  // namespace book::detail
