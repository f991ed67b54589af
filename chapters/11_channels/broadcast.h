// broadcast<T>(n): every receiver is given every item, as a copy. The channel keeps the last n; a
// receiver that is slower than that is told how many it has missed.
//
//     position      7     8     9    10    11
//                 [ g ] [ h ] [ i ] [ j ] [ k ]  <- send: the next one overwrites g
//                         ^                 ^
//                         receiver 1        receiver 2: one item behind
//     receiver 3 wanted number 5: Lagged{2}, and then goes on with g
//
//     auto ends = broadcast<std::string>(16);
//     auto& [tx, rx] = ends;
//     tx.send("good morning");                  // never waits; gives the number of receivers
//     auto line = co_await next(rx);            // throws Lagged; empty when all senders are gone
//
// Items are copied outside of the lock, on the thread that receives: T must allow to be copied on
// several threads at once, as every const object of the standard library does. Chapter 11 explains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "09_streams/stream_step.h"
#include "11_channels/channel_error.h"
#include "11_channels/counted_sender.h"
#include "11_channels/shared_item.h"
#include "11_channels/wait_queue.h"
#include "common/arc.h"
#include "common/stream.h"
#include "common/wake_or_report.h"

namespace book {

namespace detail {

/// What the ends share. All of it is guarded by `lock`, under which no T is copied or destroyed.
template <class T>
struct BroadcastCore : RefCounted<BroadcastCore<T>, SoloAtomic> {
  using Item = Arc<SharedItem<T>>;
  static constexpr const char* kSenderIsGone = "this sender of a broadcast was moved from";

  explicit BroadcastCore(std::size_t capacity) : slots(capacity) {}

  bool is_closed() const noexcept { return receivers == 0; }
  WaitQueue& waits_for_close() noexcept { return closing; }

  std::uint64_t oldest() const noexcept { return next < slots.size() ? 0 : next - slots.size(); }
  Item& slot(std::uint64_t position) noexcept { return slots[position % slots.size()]; }

  ThreadLock lock;
  std::vector<Item> slots;  // position p lies in slot p % size
  std::uint64_t next = 0;   // the position of the next send
  std::size_t senders = 1;
  std::size_t receivers = 0;
  WaitQueue waiting;  // receivers that have seen all there is
  WaitQueue closing;  // for Closed
};

}  // namespace detail

/// A stream of copies. It is not over after a Lagged: the next poll gives the oldest item that is
/// still there. One whose copy throws has passed, too. It may be moved at any time.
template <class T>
class [[nodiscard]] BroadcastReceiver {
  using Core = detail::BroadcastCore<T>;

 public:
  using Item = T;

  /// Hears what is sent from now on.
  explicit BroadcastReceiver(Arc<Core> core)
      : core_(std::move(core)), place_(std::make_unique<Place>()) {
    const Locked locked(core_->lock);
    ++core_->receivers;
    place_->next = core_->next;
  }
  BroadcastReceiver(BroadcastReceiver&&) noexcept = default;
  BroadcastReceiver& operator=(BroadcastReceiver&&) = delete;
  ~BroadcastReceiver() {
    if (!core_) return;
    Waker dropped;
    Locked lock(core_->lock);
    dropped = core_->waiting.forget(place_->waiter);
    if (--core_->receivers == 0) wake_or_report([&] { core_->closing.wake_all(lock); });
  }

  /// Nothing is lost when it is not polled again: its position moves in the poll that gives an
  /// item.
  PollItem<T> poll_next(Context& cx) {
    Locked lock(core_->lock);
    do {
      if (place_->next < core_->oldest()) {
        const std::uint64_t missed = core_->oldest() - place_->next;
        place_->next += missed;
        lock.unlock();
        throw Lagged(missed);
      }
      if (place_->next < core_->next) {
        const typename Core::Item item = core_->slot(place_->next++);
        lock.unlock();
        return PollItem<T>::ready(std::in_place, std::as_const(item->value));
      }
      if (core_->senders == 0) return PollItem<T>::ready();
      cx.waits_for("an item of a broadcast");
    } while (!core_->waiting.wait(place_->waiter, cx, lock));
    return pending;
  }
  bool is_terminated() const {
    const Locked locked(core_->lock);
    return core_->senders == 0 && place_->next == core_->next;
  }

  /// How many items were sent that it has not been given, missed ones included.
  std::uint64_t size() const {
    const Locked locked(core_->lock);
    return core_->next - place_->next;
  }

 private:
  /// What must stay where it is, and what the lock guards.
  struct Place {
    Waiter waiter;
    std::uint64_t next = 0;
  };

  Arc<Core> core_;
  std::unique_ptr<Place> place_;
};

/// A copy is one more sender: the streams end when all are gone.
template <class T>
class BroadcastSender : public detail::CountedSender<detail::BroadcastCore<T>> {
  using Core = detail::BroadcastCore<T>;

 public:
  using detail::CountedSender<Core>::CountedSender;

  /// Never waits. Gives the number of receivers; with none, the item dies here.
  std::size_t send(T item) const {
    Core& core = *this->shared();
    typename Core::Item box = make_arc<detail::SharedItem<T>>(std::move(item));
    Locked lock(core.lock);
    const std::size_t receivers = core.receivers;
    if (receivers == 0) return lock.unlock(), 0;
    std::swap(core.slot(core.next++), box);  // what was there dies after the lock is gone
    core.waiting.wake_all(lock);
    return receivers;
  }

  /// A receiver of what is sent from now on.
  BroadcastReceiver<T> subscribe() const { return BroadcastReceiver<T>(this->shared()); }
};

template <class T>
struct BroadcastEnds {
  BroadcastSender<T> sender;
  BroadcastReceiver<T> receiver;
};

/// It keeps the last `capacity` items, exactly. Throws std::invalid_argument when that is 0.
template <class T>
[[nodiscard]] BroadcastEnds<T> broadcast(std::size_t capacity) {
  auto core = make_arc<detail::BroadcastCore<T>>(detail::at_least_one(capacity, "broadcast"));
  return {BroadcastSender<T>(core), BroadcastReceiver<T>(core)};
}

}  // namespace book
