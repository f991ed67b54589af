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

#include <utility>

#include "11_channels/counted_sender.h"
#include "11_channels/watch_core.h"
#include "11_channels/watch_receive.h"

namespace book {

/// A copy is one more sender: the streams end when all are gone.
template <class T>
class WatchSender : public detail::CountedSender<detail::WatchCore<T>> {
  using Core = detail::WatchCore<T>;

 public:
  using detail::CountedSender<Core>::CountedSender;

  /// Never waits. Stores the value whether anyone listens or not: who subscribes later finds it.
  void send(T value) const {
    Core& core = *this->shared();
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
    Core& core = *this->shared();
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
  WatchReceiver<T> subscribe() const { return WatchReceiver<T>(this->shared()); }

 private:
  detail::WatchLook<T> look() const {
    Core& core = *this->shared();
    const Locked locked(core.lock);
    return {core.value, core.version};
  }
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
