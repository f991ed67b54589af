// The receiving end of a watch (watch.h), and its two futures.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "09_streams/stream_step.h"
#include "11_channels/watch_core.h"
#include "common/future.h"
#include "common/stream.h"
#include "common/wake_or_report.h"

namespace book {

/// What rx.changed() gives: ready when there is a value that rx has not seen, which then counts as
/// seen. Throws ChannelClosed when there is none, and no sender. It borrows the receiver.
template <class T>
class [[nodiscard]] Changed : PinnedOncePolled {
 public:
  using Output = void;

  Changed(Arc<detail::WatchCore<T>> core, std::uint64_t& seen) noexcept
      : core_(std::move(core)), seen_(&seen) {}
  Changed(Changed&&) = default;
  Changed& operator=(Changed&&) = delete;
  ~Changed() {
    if (core_) detail::leave_watch(*core_, waiter_);
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    const auto look = detail::poll_watch(*core_, waiter_, cx, *seen_);
    if (look.is_pending()) return pin_.pending();
    if (!look.value()) detail::throw_watch_ended();
    *seen_ = look.value()->version;
    return Poll<void>::ready();
  }

 private:
  Arc<detail::WatchCore<T>> core_;
  std::uint64_t* seen_;
  Waiter waiter_;
};

/// What rx.wait_for(pred) gives: a future of the first value that `pred` likes, beginning with the
/// one that is there, seen or not; then it counts as seen. Throws ChannelClosed when no sender is
/// left, and what `pred` throws. It borrows the receiver.
template <class T, class Pred>
class [[nodiscard]] WaitFor : PinnedOncePolled {
 public:
  using Output = Snapshot<T>;

  WaitFor(Arc<detail::WatchCore<T>> core, std::uint64_t& seen, Pred pred)
      : core_(std::move(core)), seen_(&seen), pred_(std::move(pred)) {}
  WaitFor(WaitFor&&) = default;
  WaitFor& operator=(WaitFor&&) = delete;
  ~WaitFor() {
    if (core_) detail::leave_watch(*core_, waiter_);
  }

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    for (int looks = 0; looks < kLooks; ++looks) {
      const auto look = detail::poll_watch(*core_, waiter_, cx, looked_at_);
      if (look.is_pending()) return pin_.pending();
      if (!look.value()) detail::throw_watch_ended();
      looked_at_ = look.value()->version;
      if (pred_(std::as_const(look.value()->item->value))) {
        *seen_ = looked_at_;
        return Poll<Output>::ready(look.value()->item);
      }
    }
    cx.waker().wake_by_ref();  // a thread sends faster than this one looks: let others run
    return pin_.pending();
  }

 private:
  static constexpr int kLooks = 32;

  Arc<detail::WatchCore<T>> core_;
  std::uint64_t* seen_;
  Pred pred_;
  std::uint64_t looked_at_ = 0;
  Waiter waiter_;
};

/// A copy is one more receiver, which has seen the same. As a stream it gives a Snapshot of each
/// value that it finds, the latest each time, and ends with the last sender. It may be moved, but
/// not while a changed() or a wait_for() of it is alive.
template <class T>
class [[nodiscard]] WatchReceiver {
  using Core = detail::WatchCore<T>;

 public:
  using Item = Snapshot<T>;

  /// One that has seen the value that is there.
  explicit WatchReceiver(Arc<Core> core) : core_(std::move(core)) {
    const Locked locked(core_->lock);
    ++core_->receivers;
    seen_ = core_->version;
  }
  WatchReceiver(const WatchReceiver& other) : core_(other.core_), seen_(other.seen_) {
    const Locked locked(core_->lock);
    ++core_->receivers;
  }
  WatchReceiver(WatchReceiver&&) noexcept = default;
  WatchReceiver& operator=(WatchReceiver&&) = delete;
  ~WatchReceiver() {
    if (!core_) return;
    if (place_) detail::leave_watch(*core_, *place_);
    Locked lock(core_->lock);
    if (--core_->receivers == 0) wake_or_report([&] { core_->closing.wake_all(lock); });
  }

  /// The latest value. It does not count as seen.
  Snapshot<T> get() const {
    const Locked locked(core_->lock);
    return Snapshot<T>(core_->value);
  }
  Changed<T> changed() { return Changed<T>(core_, seen_); }
  template <class Pred>
  WaitFor<T, Pred> wait_for(Pred pred) {
    return WaitFor<T, Pred>(core_, seen_, std::move(pred));
  }
  bool has_changed() const {
    const Locked locked(core_->lock);
    return core_->version != seen_;
  }
  void mark_seen() {
    const Locked locked(core_->lock);
    seen_ = core_->version;
  }
  /// The value that is there is news again.
  void mark_unseen() noexcept { seen_ = 0; }

  PollItem<Snapshot<T>> poll_next(Context& cx) {
    if (!place_) place_ = std::make_unique<Waiter>();
    const auto look = detail::poll_watch(*core_, *place_, cx, seen_);
    if (look.is_pending()) return pending;
    if (!look.value()) return PollItem<Snapshot<T>>::ready();
    seen_ = look.value()->version;
    return PollItem<Snapshot<T>>::ready(std::in_place, look.value()->item);
  }
  bool is_terminated() const {
    const Locked locked(core_->lock);
    return core_->senders == 0 && core_->version == seen_;
  }

 private:
  Arc<Core> core_;
  std::uint64_t seen_ = 0;
  std::unique_ptr<Waiter> place_;  // of the stream
};

}  // namespace book
