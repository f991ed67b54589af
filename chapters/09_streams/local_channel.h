// local_channel<T>(capacity): a bounded channel for the tasks of one thread, in its simplest form:
// one sender, which is a sink, and one receiver, which is a stream.
//
//     sender --start_send--> [ a | b | c | _ ] --poll_next--> receiver
//        ^ waits while it is full                 waits while it is empty ^
//
// A full channel makes the sender wait: that is all there is to backpressure. Chapter 11 has
// channels with many senders, and for many threads. In a debug build one that is used on a second
// thread says so.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>

#include "09_streams/channel_closed.h"
#include "09_streams/sink.h"
#include "09_streams/stream_step.h"
#include "common/thread_bound.h"
#include "common/wake_or_report.h"

namespace book {

namespace detail {
template <class T>
struct LocalChannel {
  explicit LocalChannel(std::size_t room) : capacity(room) {}

  std::deque<T> items;
  std::size_t capacity;
  Waker sender, receiver;  // who waits for room, and who for an item
  bool sender_gone = false, receiver_gone = false;
  [[no_unique_address]] DebugThreadBound bound{"a local_channel"};
};
}  // namespace detail

template <class T>
class LocalSender {
 public:
  using not_send = void;  // the two ends share without a lock

  explicit LocalSender(std::shared_ptr<detail::LocalChannel<T>> channel)
      : channel_(std::move(channel)) {}
  LocalSender(LocalSender&&) = default;
  LocalSender& operator=(LocalSender&&) = delete;
  ~LocalSender() {
    if (!channel_) return;
    channel_->bound.insist();
    wake_or_report([this] { end(); });
  }

  /// Throws ChannelClosed when the receiver is gone.
  Poll<void> poll_ready(Context& cx) {
    channel_->bound.check();
    if (channel_->receiver_gone) throw ChannelClosed();
    if (channel_->items.size() < channel_->capacity) return Poll<void>::ready();
    cx.store(channel_->sender, "room in a channel");
    return pending;
  }
  /// Throws std::logic_error when there is no room, or after close; ChannelClosed when the receiver
  /// has gone since poll_ready was ready.
  void start_send(T item) {
    channel_->bound.check();
    if (channel_->sender_gone) throw std::logic_error("start_send after the sink was closed");
    if (channel_->receiver_gone) throw ChannelClosed();
    if (channel_->items.size() >= channel_->capacity)
      throw std::logic_error("start_send without room: wait for poll_ready first");
    channel_->items.push_back(std::move(item));
    std::exchange(channel_->receiver, {}).wake();
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }  // what is in it has arrived
  Poll<void> poll_close(Context&) {
    channel_->bound.check();
    end();
    return Poll<void>::ready();
  }

  /// The task that waited for room waits no more.
  void give_up() noexcept {
    if (channel_) channel_->sender = Waker();
  }

  /// send(*this, item): a future that is ready when the item is in the channel. It borrows the
  /// sender.
  streams::Send<LocalSender&, T, streams::After::flush> send(T item) & {
    return {*this, std::move(item)};
  }

 private:
  void end() {
    channel_->sender_gone = true;
    channel_->sender = Waker();
    std::exchange(channel_->receiver, {}).wake();
  }
  std::shared_ptr<detail::LocalChannel<T>> channel_;
};

template <class T>
class LocalReceiver {
 public:
  using not_send = void;
  using Item = T;

  explicit LocalReceiver(std::shared_ptr<detail::LocalChannel<T>> channel)
      : channel_(std::move(channel)) {}
  LocalReceiver(LocalReceiver&&) = default;
  LocalReceiver& operator=(LocalReceiver&&) = delete;
  ~LocalReceiver() {
    if (!channel_) return;
    channel_->bound.insist();
    channel_->receiver_gone = true;
    channel_->receiver = Waker();
    wake_or_report(std::exchange(channel_->sender, {}));
    channel_->items.clear();
  }

  /// The end comes when the sender is gone and everything that it sent has been taken.
  PollItem<T> poll_next(Context& cx) {
    channel_->bound.check();
    if (!channel_->items.empty()) {
      PollItem<T> next = PollItem<T>::ready(std::in_place, std::move(channel_->items.front()));
      channel_->items.pop_front();
      std::exchange(channel_->sender, {}).wake();
      return next;
    }
    if (channel_->sender_gone) return PollItem<T>::ready();
    cx.store(channel_->receiver, "an item in a channel");
    return pending;
  }

  bool is_terminated() const noexcept { return channel_->sender_gone && channel_->items.empty(); }
  /// How many items wait in the channel.
  std::size_t size() const noexcept { return channel_->items.size(); }

 private:
  std::shared_ptr<detail::LocalChannel<T>> channel_;
};

template <class T>
struct LocalChannelEnds {
  LocalSender<T> sender;
  LocalReceiver<T> receiver;
};

namespace detail {
template <class T>
struct LocalChannelFn {
  /// Throws std::invalid_argument when `capacity` is 0.
  LocalChannelEnds<T> operator()(std::size_t capacity) const {
    auto channel = std::make_shared<LocalChannel<T>>(at_least_one(capacity, "local_channel"));
    return {LocalSender<T>(channel), LocalReceiver<T>(channel)};
  }
};
}  // namespace detail

/// auto ends = local_channel<int>(10); auto& [sender, receiver] = ends;
template <class T>
inline constexpr detail::LocalChannelFn<T> local_channel{};

}  // namespace book
