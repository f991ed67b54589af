// watch<T>(initial): one value that changes, and those who want to know. A receiver is given the
// latest, never a history: who looks once in a while sees few of many.
//
//     sent          1    2    3    4    5
//     the receiver  ^ looks                ^ looks again: 5, and no one will ever ask about 2 to 4
//
//     auto ends = watch<Settings>(defaults);
//     auto& [tx, rx] = ends;
//     tx.send(settings);                              // always stored, with listeners or without
//     auto now = rx.get();                            // a Snapshot: *now, now->speed
//     co_await rx.changed();                          // something that rx has not seen
//
// A Snapshot is a reference, counted, to a value that never changes: keep it as long as you like,
// across any co_await. No lock is held. Chapter 11 explains it.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "11_channels/closed.h"
#include "11_channels/watch_core.h"
#include "11_channels/watch_receive.h"
#include "common/wake_or_report.h"

namespace book {

/// A copy is one more sender: the streams end when all are gone.
template <class T>
class WatchSender {
  using Core = detail::WatchCore<T>;

 public:
  explicit WatchSender(Arc<Core> core) noexcept : core_(std::move(core)) {}
  WatchSender(const WatchSender& other) : core_(other.core_) {
    if (!core_) return;
    const Locked locked(core_->lock);
    ++core_->senders;
  }
  WatchSender(WatchSender&&) noexcept = default;
  WatchSender& operator=(WatchSender other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~WatchSender() {
    if (!core_) return;
    Locked lock(core_->lock);
    if (--core_->senders == 0) wake_or_report([&] { core_->waiting.wake_all(lock); });
  }

  /// Never waits. Stores the value whether anyone listens or not: who subscribes later finds it.
  void send(T value) const {
    Core& core = shared();
    auto item = make_arc<detail::SharedItem<T>>(std::move(value));
    Locked lock(core.lock);
    std::swap(core.value, item);  // the old one dies after the lock is gone
    ++core.version;
    core.waiting.wake_all(lock);
  }

  /// Sends a changed copy: `change` is given a T& of it. When another thread has sent meanwhile, it
  /// is called again with a copy of that. What it throws leaves the watch as it was.
  template <class Change>
  void modify(Change change) const {
    Core& core = shared();
    for (;;) {
      const detail::WatchLook<T> before = look();
      T copy = before.item->value;
      change(copy);
      auto item = make_arc<detail::SharedItem<T>>(std::move(copy));
      Locked lock(core.lock);
      if (core.version != before.version) continue;
      std::swap(core.value, item);
      ++core.version;
      return core.waiting.wake_all(lock);
    }
  }

  Snapshot<T> get() const { return Snapshot<T>(look().item); }
  /// A receiver that has seen the value that is there.
  WatchReceiver<T> subscribe() const { return (void)shared(), WatchReceiver<T>(core_); }
  std::size_t receivers() const {
    const Locked locked(shared().lock);
    return core_->receivers;
  }
  /// A future that is ready when there is no receiver.
  Closed<Core> closed() const { return (void)shared(), Closed<Core>(core_); }

 private:
  Core& shared() const {
    if (!core_) throw std::logic_error("this sender of a watch was moved from");
    return *core_;
  }
  detail::WatchLook<T> look() const {
    const Locked locked(shared().lock);
    return {core_->value, core_->version};
  }

  Arc<Core> core_;
};

template <class T>
struct WatchEnds {
  WatchSender<T> sender;
  WatchReceiver<T> receiver;
};

/// auto ends = watch<int>(0); auto& [tx, rx] = ends; rx has seen the first value.
template <class T>
[[nodiscard]] WatchEnds<T> watch(T first) {
  auto core = make_arc<detail::WatchCore<T>>(make_arc<detail::SharedItem<T>>(std::move(first)));
  return {WatchSender<T>(core), WatchReceiver<T>(core)};
}

}  // namespace book
