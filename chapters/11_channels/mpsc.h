// channel<T>(n), unbounded_channel<T>(): many senders, one receiver; for tasks of one thread or of
// many, and for plain threads.
//
//     auto ends = channel<Order>(100);         // room for 100: the 101st send waits
//     auto& [tx, rx] = ends;                   // by reference: chapter 05, house rule 8
//     co_await tx.send(order);                 // throws ChannelClosed when rx is gone
//     auto more = tx;                          // one sender more
//     ...
//     for (;;) { auto order = co_await next(rx); if (!order) break; ... }    // until no tx is left
//
// Chapter 11 explains it. What the ends share is in channel_core.h (who waits) and ring.h (items).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "03_channel_executor/sync_channel.h"
#include "09_streams/sink.h"
#include "11_channels/closed.h"
#include "11_channels/mpsc_receive.h"
#include "11_channels/mpsc_send.h"
#include "common/wake_or_report.h"

namespace book {

template <class T>
class WeakSender;

/// Where items go in. A copy is one more sender: the stream ends when all of them are gone. Each is
/// for one task at a time, except that send(), try_send() and what is const may be used by several.
/// One that was moved from is none, and throws std::logic_error.
template <class T>
class Sender {
  using Channel = detail::MpscChannel<T>;
  using Answer = typename Channel::Answer;

 public:
  explicit Sender(Arc<Channel> channel) noexcept : channel_(std::move(channel)) {}
  Sender(const Sender& other) : channel_(other.channel_) {
    if (channel_) channel_->add_sender();
  }
  Sender(Sender&&) noexcept = default;
  Sender& operator=(Sender other) noexcept {
    std::swap(channel_, other.channel_);
    std::swap(place_, other.place_);
    return *this;
  }
  ~Sender() {
    if (!channel_) return;
    give_up();
    channel_->remove_sender();
  }

  /// A future that is ready when `item` is in the channel.
  SendItem<T> send(T item) const { return SendItem<T>(shared(), std::move(item)); }

  /// Sends at once, or says why not; only then, `item` is left where it was.
  [[nodiscard]] TrySend try_send(T&& item) const {
    Channel& channel = *shared();
    Locked lock(channel.lock);
    const Answer answer = channel.try_claim(1);
    if (answer == Answer::pending) return TrySend::full;
    if (answer == Answer::closed) return TrySend::closed;
    Waker receiver;
    try {
      receiver = channel.put(std::move(item));
    } catch (...) {
      channel.give_back(1, lock);
      throw;
    }
    lock.unlock();
    std::move(receiver).wake();
    return TrySend::sent;
  }

  /// A future of room for `slots` items: first the room, then the work of making what goes there.
  /// Throws std::invalid_argument when the channel is smaller than that.
  Reserve<T> reserve(std::size_t slots = 1) const {
    if (slots > max_capacity())
      throw std::invalid_argument("reserve: more than the channel will ever have room for");
    return Reserve<T>(shared(), slots);
  }
  /// Room at once, or nothing. (Nothing, too, when the channel is closed: ask is_closed().)
  std::optional<Permits<T>> try_reserve(std::size_t slots = 1) const {
    const Arc<Channel>& channel = shared();
    const Locked lock(channel->lock);
    if (channel->try_claim(slots) != Answer::ready) return std::nullopt;
    return std::make_optional<Permits<T>>(channel, slots);
  }

  /// send(), for a thread without an executor, which it puts to sleep while there is no room.
  void send_blocking(T item) const { detail::wait_here("send_blocking", send(std::move(item))); }

  /// A future that is ready when the receiver will take no new item.
  Closed<Channel> closed() const { return Closed<Channel>(shared()); }
  bool is_closed() const {
    const Locked lock(shared()->lock);
    return channel_->is_closed();
  }

  /// How many items could be sent without waiting; and if nothing were in it.
  std::size_t capacity() const { return shared()->capacity(); }
  std::size_t max_capacity() const { return shared()->max_capacity(); }

  /// A sender that does not keep the stream open, and can be made one that does.
  WeakSender<T> downgrade() const { return WeakSender<T>(shared()); }

  // ---- a sink, as in chapter 09. Its place in the queue is allocated at the first poll.
  /// Ready: the slot is kept for start_send, until give_up().
  Poll<void> poll_ready(Context& cx) {
    Channel& channel = *shared();
    if (!place_) place_ = std::make_unique<Claim>(1);
    if (!place_->was_queued() && place_->got > 0) return Poll<void>::ready();
    Locked lock(channel.lock);
    const Answer answer = channel.claim(*place_, cx, lock);
    if (answer == Answer::pending) return pending;
    if (answer == Answer::closed) channel.throw_closed();
    return Poll<void>::ready();
  }
  /// Throws std::logic_error when poll_ready was not ready; ChannelClosed when the receiver has
  /// gone since.
  void start_send(T item) {
    Channel& channel = *shared();
    if (!place_ || place_->was_queued() || place_->got == 0)
      throw std::logic_error("start_send without room: wait for poll_ready first");
    Locked lock(channel.lock);
    if (channel.is_receiver_gone()) throw ChannelClosed();
    Waker receiver = channel.put(std::move(item));
    place_->got = 0;
    lock.unlock();
    std::move(receiver).wake();
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }  // what is in it has arrived
  /// This sender goes; the others stay.
  Poll<void> poll_close(Context&) { return Sender(std::move(*this)), Poll<void>::ready(); }
  /// The place in the queue, or the slot, of who has asked poll_ready and does not want it.
  void give_up() noexcept {
    if (place_ && (place_->was_queued() || place_->got > 0))
      wake_or_report([this] { channel_->leave(*place_); });
  }

 private:
  friend class WeakSender<T>;
  using Claim = detail::ChannelCore::Claim;

  const Arc<Channel>& shared() const {
    if (!channel_) throw std::logic_error("this sender was moved from, or closed");
    return channel_;
  }

  Arc<Channel> channel_;
  std::unique_ptr<Claim> place_;  // of the sink
};

/// Knows a channel and does not keep it open: for a task that is given work by others, and lends
/// its own sender to them.
template <class T>
class WeakSender {
 public:
  /// A sender, or nothing when the last one has gone.
  std::optional<Sender<T>> upgrade() const {
    if (!channel_->add_sender_to_others()) return std::nullopt;
    return Sender<T>(channel_);
  }

 private:
  friend class Sender<T>;
  explicit WeakSender(Arc<detail::MpscChannel<T>> channel) noexcept
      : channel_(std::move(channel)) {}
  Arc<detail::MpscChannel<T>> channel_;
};

template <class T>
struct ChannelEnds {
  Sender<T> sender;
  Receiver<T> receiver;
};

namespace detail {
template <class T>
ChannelEnds<T> make_channel(std::size_t max) {
  auto channel = make_arc<MpscChannel<T>>(max);
  return {Sender<T>(channel), Receiver<T>(channel)};
}
}  // namespace detail

/// Room for `capacity` items. Throws std::invalid_argument when that is 0.
template <class T>
[[nodiscard]] ChannelEnds<T> channel(std::size_t capacity) {
  return detail::make_channel<T>(detail::at_least_one(capacity, "channel"));
}

/// Room for all there is memory for: its send() never waits. So nothing slows its senders down.
template <class T>
[[nodiscard]] ChannelEnds<T> unbounded_channel() {
  return detail::make_channel<T>(detail::ChannelCore::kUnbounded);
}

}  // namespace book
