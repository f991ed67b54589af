#include "common/reactor/io_source.h"

#include <mutex>
#include <stdexcept>
#include <utility>

#include "common/reactor/reactor.h"
#include "common/reactor/reactor_core.h"
#include "common/wake_or_report.h"

namespace book {
namespace {

using detail::IoEntry;
using detail::IoTable;
using detail::Poller;

constexpr std::uint8_t kBelievedReady = Poller::kReadable | Poller::kWritable;
constexpr std::uint8_t kAlwaysReady = kBelievedReady | Poller::kReadClosed | Poller::kWriteClosed;

constexpr unsigned number(Direction direction) noexcept { return static_cast<unsigned>(direction); }

[[noreturn]] void throw_reactor_is_gone() {
  throw std::logic_error("IoSource: the reactor it was bound to is gone");
}

}  // namespace

IoSource::IoSource(int fd, Kind kind) noexcept
    : fd_(fd), kind_(kind), unbound_bits_(kBelievedReady) {}

IoSource::IoSource(IoSource&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      kind_(other.kind_),
      unbound_bits_(other.unbound_bits_.load(std::memory_order_relaxed)),
      entry_(other.take_entry()),
      core_(std::move(other.core_)) {}

IoSource& IoSource::operator=(IoSource&& other) noexcept {
  if (this == &other) return *this;
  leave();
  fd_ = std::exchange(other.fd_, -1);
  kind_ = other.kind_;
  unbound_bits_.store(other.unbound_bits_.load(std::memory_order_relaxed),
                      std::memory_order_relaxed);
  entry_.store(other.take_entry(), std::memory_order_release);
  core_ = std::move(other.core_);
  return *this;
}

IoSource::~IoSource() { leave(); }

void IoSource::leave() noexcept {
  if (IoEntry* entry = take_entry()) core_->table.release(*entry);
}

// No exchange: no other thread uses a source that is being moved or destroyed.
IoEntry* IoSource::take_entry() noexcept {
  IoEntry* entry = entry_.load(std::memory_order_acquire);
  if (entry) entry_.store(nullptr, std::memory_order_relaxed);
  return entry;
}

Poll<void> IoSource::poll_ready(Direction direction, Context& cx) {
  IoEntry* entry = entry_.load(std::memory_order_acquire);
  if (!entry) [[unlikely]] {
    const auto ready = IoEntry::any_of(number(direction));
    if (unbound_bits_.load(std::memory_order_relaxed) & ready) return Poll<void>::ready();
    bind_to_current_reactor();
    entry = entry_.load(std::memory_order_acquire);
    if (!entry) return Poll<void>::ready();
  }
  if (entry->state.load(std::memory_order_acquire) & IoEntry::any_of(number(direction))) {
    return Poll<void>::ready();
  }
  return wait(*entry, direction, cx);
}

Poll<void> IoSource::poll_again(Direction direction, Context& cx) {
  IoEntry* entry = entry_.load(std::memory_order_acquire);
  if (!entry) [[unlikely]]
    return poll_ready(direction, cx);
  if (entry->state.load(std::memory_order_acquire) & IoEntry::any_of(number(direction))) {
    doubt_end(*entry, direction);
    return Poll<void>::ready();
  }
  return wait(*entry, direction, cx);
}

void IoSource::clear(Direction direction) noexcept {
  const std::uint64_t bit = IoEntry::ready_bit(number(direction));
  if (IoEntry* entry = entry_.load(std::memory_order_acquire)) {
    entry->state.fetch_and(~bit, std::memory_order_acq_rel);
  } else {
    unbound_bits_.fetch_and(static_cast<std::uint8_t>(~bit), std::memory_order_relaxed);
  }
}

void IoSource::set(Direction direction) noexcept {
  const std::uint64_t bit = IoEntry::ready_bit(number(direction));
  if (IoEntry* entry = entry_.load(std::memory_order_acquire)) {
    entry->state.fetch_or(bit, std::memory_order_acq_rel);
  } else {
    unbound_bits_.fetch_or(static_cast<std::uint8_t>(bit), std::memory_order_relaxed);
  }
}

void IoSource::forget(Direction direction, const Waker& waker) noexcept {
  IoEntry* entry = entry_.load(std::memory_order_acquire);
  if (entry && core_->table.forget(*entry, number(direction), waker)) {
    const std::uint64_t shared = IoEntry::shared_bit(number(direction));
    if (entry->state.load(std::memory_order_relaxed) & shared) {
      wake_or_report([&] { waker.wake_by_ref(); });
    }
  }
}

// If the direction counted as closed for good, it does no longer.
void IoSource::doubt_end(IoEntry& entry, Direction direction) noexcept {
  const std::uint64_t ready = IoEntry::ready_bit(number(direction));
  const std::uint64_t closed = IoEntry::any_of(number(direction)) & ~ready;
  if (!(entry.state.load(std::memory_order_acquire) & closed)) return;
  // The next call comes after this: a hang-up that the system reports meanwhile is seen by it.
  entry.state.fetch_and(~closed, std::memory_order_acq_rel);
  entry.state.fetch_or(ready, std::memory_order_acq_rel);
}

bool IoSource::stops_at_marks() const noexcept {
  const IoEntry* entry = entry_.load(std::memory_order_acquire);
  return entry && entry->state.load(std::memory_order_relaxed) & IoEntry::kUrgent;
}

// The first to wait leaves no bit, the second one does. Only the task that waits here writes it.
void IoSource::note_shared(IoEntry& entry, Direction direction, bool shared) noexcept {
  const std::uint64_t bit = IoEntry::shared_bit(number(direction));
  const bool noted = entry.state.load(std::memory_order_relaxed) & bit;
  if (noted == shared) return;
  if (shared) {
    entry.state.fetch_or(bit, std::memory_order_relaxed);
  } else {
    entry.state.fetch_and(~bit, std::memory_order_relaxed);
  }
}

void IoSource::bind_to_current_reactor() {
  const Arc<detail::ReactorCore> core = Reactor::current().core_;
  std::unique_lock lock(core->table.mutex());
  if (entry_.load(std::memory_order_relaxed)) return;  // the other direction's task was faster
  const std::uint64_t kind = kind_ == Kind::stream ? IoEntry::kStream : 0;
  IoEntry& entry = core->table.acquire(fd_, kind | unbound_bits_.load(std::memory_order_relaxed));
  try {
    switch (core->poller.watch(fd_, entry.token())) {
      case Poller::Watched::always_ready:
        unbound_bits_.store(kAlwaysReady, std::memory_order_relaxed);
        break;
      case Poller::Watched::again:
        // Left over from a source that is gone, as a rule; taken from one that lives, by mistake.
        if (const IoEntry* twin = core->table.twin_of(entry)) {
          core->poller.watch(fd_, twin->token());
          throw std::logic_error(
              "IoSource: another source of this reactor has the same descriptor");
        }
        [[fallthrough]];
      case Poller::Watched::fresh:
        core_ = core;
        entry_.store(&entry, std::memory_order_release);
        return;
    }
  } catch (...) {
    lock.unlock();
    core->table.release(entry);
    throw;
  }
  lock.unlock();
  core->table.release(entry);
}

// Look, store the waker, look again: AtomicWaker says why no wake gets lost on the way.
Poll<void> IoSource::wait(IoEntry& entry, Direction direction, Context& cx) {
  check_reactor();
  const IoTable::Wait waits = core_->table.wait(entry, number(direction), cx.waker());
  if (waits == IoTable::Wait::refused) {
    throw DirectionTaken(
        "IoSource: another task waits for this direction of the descriptor, or has given up "
        "without forget()");
  }
  note_shared(entry, direction, waits == IoTable::Wait::again);
  const std::uint64_t state = entry.state.load(std::memory_order_acquire);
  if (state & IoEntry::any_of(number(direction))) {
    forget(direction, cx.waker());
    return Poll<void>::ready();
  }
  if (!core_->alive.load(std::memory_order_acquire)) {
    forget(direction, cx.waker());
    throw_reactor_is_gone();
  }
  cx.waits_for(direction == Direction::read ? "reading fd" : "writing fd", fd_);
  return pending;
}

void IoSource::check_reactor() const {
  const Reactor* current = Reactor::current_or_null();
  if (current && current->core_ != core_) {
    if (!core_->alive.load(std::memory_order_acquire)) throw_reactor_is_gone();
    throw std::logic_error("IoSource: it is bound to another reactor than this thread's");
  }
}

}  // namespace book
