#include "common/reactor/io_table.h"

#include <bit>
#include <utility>

#include "common/trace.h"

namespace book::detail {
namespace {

constexpr std::uint64_t kOneGeneration = std::uint64_t{1} << 32;

/// What an event means to this entry. Only a stream ends: elsewhere a hang-up or an error is one
/// more reason to try the call, and gone when the call would block.
std::uint64_t bits_for(std::uint64_t state, std::uint8_t ready) noexcept {
  constexpr std::uint8_t kReady = Poller::kReadable | Poller::kWritable;
  return state & IoEntry::kStream ? ready : (ready | ready >> 2) & kReady;
}

}  // namespace

IoTable::~IoTable() {
  for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
}

IoEntry& IoTable::at(std::uint32_t index) noexcept {
  const std::uint64_t place = index + std::uint64_t{kFirstChunk};
  const unsigned chunk = static_cast<unsigned>(std::bit_width(place / kFirstChunk)) - 1;
  const std::uint64_t first = std::uint64_t{kFirstChunk} << chunk;
  return chunks_[chunk].load(std::memory_order_acquire)[place - first];
}

void IoTable::grow() {
  const std::uint64_t place = created_ + std::uint64_t{kFirstChunk};
  const unsigned chunk = static_cast<unsigned>(std::bit_width(place / kFirstChunk)) - 1;
  if (chunks_[chunk].load(std::memory_order_relaxed) == nullptr) {
    chunks_[chunk].store(new IoEntry[kFirstChunk << chunk], std::memory_order_release);
  }
  IoEntry& entry = at(created_);
  entry.index = created_++;
  entry.fd.store(free_, std::memory_order_relaxed);
  free_ = static_cast<std::int32_t>(entry.index);
}

IoEntry& IoTable::acquire(int fd, std::uint64_t bits) {
  if (free_ < 0) grow();
  IoEntry& entry = at(static_cast<std::uint32_t>(free_));
  free_ = entry.fd.exchange(fd, std::memory_order_relaxed);
  entry.state.fetch_or(bits | IoEntry::kInUse, std::memory_order_release);
  return entry;
}

IoEntry* IoTable::twin_of(const IoEntry& entry) noexcept {
  for (std::uint32_t index = 0; index < created_; ++index) {
    IoEntry& other = at(index);
    const bool in_use = other.state.load(std::memory_order_relaxed) & IoEntry::kInUse;
    if (in_use && &other != &entry &&
        other.fd.load(std::memory_order_relaxed) == entry.fd.load(std::memory_order_relaxed)) {
      return &other;
    }
  }
  return nullptr;
}

void IoTable::release(IoEntry& entry) noexcept {
  // The generation moves on and the bits go, in one step: an event that is being delivered on
  // another thread comes wholly before this or not at all.
  std::uint64_t state = entry.state.load(std::memory_order_relaxed);
  while (!entry.state.compare_exchange_weak(state, (state | 0xffffffff) + 1,
                                            std::memory_order_acq_rel, std::memory_order_acquire)) {
  }
  Waker left[2] = {entry.waiter[0].take(), entry.waiter[1].take()};
  waiting_.fetch_sub(int{bool(left[0])} + int{bool(left[1])}, std::memory_order_relaxed);
  std::scoped_lock lock(mutex_);
  entry.fd.store(free_, std::memory_order_relaxed);
  free_ = static_cast<std::int32_t>(entry.index);
}

bool IoTable::deliver(const Poller::Event& event, WakeRound& round) noexcept {
  IoEntry& entry = at(static_cast<std::uint32_t>(event.token));
  std::uint64_t state = entry.state.load(std::memory_order_acquire);
  std::uint64_t bits = 0;
  do {
    if ((state ^ event.token) >= kOneGeneration) return false;
    bits = bits_for(state, event.ready);
  } while (!entry.state.compare_exchange_weak(state, state | bits, std::memory_order_acq_rel,
                                              std::memory_order_acquire));
  trace::caused_by_io(entry.fd.load(std::memory_order_relaxed), bits & IoEntry::any_of(0),
                      bits & IoEntry::any_of(1), [&] { wake(entry, state, bits, round); });
  return true;
}

// Where a direction was worth a try already, no task waits, or one that waits is about to take its
// second look, and will see so: no need to wake it.
void IoTable::wake(IoEntry& entry, std::uint64_t before, std::uint64_t bits,
                   WakeRound& round) noexcept {
  for (unsigned direction : {0u, 1u}) {
    const std::uint64_t any = IoEntry::any_of(direction);
    if ((bits & any) == 0 || (before & any) != 0) continue;
    Waker waker = entry.waiter[direction].take();
    if (!waker) continue;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    round.fire(std::move(waker));
  }
}

void IoTable::wake_all(WakeRound& round) noexcept {
  std::uint32_t created = 0;
  {
    std::scoped_lock lock(mutex_);
    created = created_;
  }
  for (std::uint32_t index = 0; index < created; ++index) {
    wake(at(index), 0, IoEntry::any_of(0) | IoEntry::any_of(1), round);
  }
}

}  // namespace book::detail
