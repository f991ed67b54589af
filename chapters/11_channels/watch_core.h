// What the ends of a watch share (watch.h): the latest value, its number, and who waits for the
// next one.
//
// A value lies in a SharedItem and never changes. So a Snapshot, what receivers look at, is one
// more owner of it, and no lock is held while they look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "11_channels/channel_error.h"
#include "11_channels/shared_item.h"
#include "11_channels/wait_queue.h"
#include "common/arc.h"
#include "common/poll.h"

namespace book {

/// A value of a watch, as it was when it was looked at.
template <class T>
class Snapshot {
 public:
  explicit Snapshot(Arc<detail::SharedItem<T>> item) noexcept : item_(std::move(item)) {}
  const T& operator*() const noexcept { return item_->value; }
  const T* operator->() const noexcept { return &item_->value; }

 private:
  Arc<detail::SharedItem<T>> item_;
};

namespace detail {

/// What the ends share. All of it is guarded by `lock`, under which no T is touched.
template <class T>
struct WatchCore : RefCounted<WatchCore<T>, SoloAtomic> {
  using Item = Arc<SharedItem<T>>;
  static constexpr const char* kSenderIsGone = "this sender of a watch was moved from";

  explicit WatchCore(Item first) noexcept : value(std::move(first)) {}

  bool is_closed() const noexcept { return receivers == 0; }
  WaitQueue& waits_for_close() noexcept { return closing; }

  ThreadLock lock;
  Item value;
  std::uint64_t version = 1;  // counts the values
  std::size_t senders = 1;
  std::size_t receivers = 0;
  WaitQueue waiting;  // for a version after the one that they have seen
  WaitQueue closing;  // for Closed
};

/// A value, and which one it is.
template <class T>
struct WatchLook {
  Arc<SharedItem<T>> item;
  std::uint64_t version;
};

/// A poll for a version after `seen`: that one, or the latest; none when no sender is left.
template <class T>
Poll<std::optional<WatchLook<T>>> poll_watch(WatchCore<T>& core, Waiter& waiter, Context& cx,
                                             std::uint64_t seen) {
  using Look = Poll<std::optional<WatchLook<T>>>;
  Locked lock(core.lock);
  do {
    if (core.version != seen) return Look::ready(WatchLook<T>{core.value, core.version});
    if (core.senders == 0) return Look::ready();
    cx.waits_for("a new value of a watch");
  } while (!core.waiting.wait(waiter, cx, lock));
  return pending;
}

template <class T>
void leave_watch(WatchCore<T>& core, Waiter& waiter) noexcept {
  if (!waiter.was_queued()) return;
  Waker dropped;
  const Locked locked(core.lock);
  dropped = core.waiting.forget(waiter);
}

[[noreturn]] inline void throw_watch_ended() {
  throw ChannelClosed("the senders of a watch are gone, and its last value was seen");
}

}  // namespace detail

}  // namespace book
