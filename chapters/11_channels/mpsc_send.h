// The futures of an mpsc channel's sending side, and what they share with its ends: SendItem<T>, a
// slot and the item for it; Reserve<T>, slots alone; Permits<T>, slots that one has.
//
//     SendItem:   wait for a slot ---------------------------> the item is in the channel
//     Reserve:    wait for n slots ---> Permits ---send(T)---> the item is in the channel
//                                          +--- dropped -----> the slot goes to who waits
//
// Dropped while it waits, either gives back what it had gathered, and its place in the queue; an
// item goes with its SendItem, unless it is taken back.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "11_channels/channel_core.h"
#include "11_channels/channel_error.h"
#include "11_channels/ring.h"
#include "common/arc.h"
#include "common/future.h"
#include "common/solo_atomic.h"
#include "common/wake_or_report.h"

namespace book {

namespace detail {

template <class T>
struct MpscChannel : ChannelCore, RefCounted<MpscChannel<T>, SoloAtomic> {
  explicit MpscChannel(std::size_t max) noexcept : ChannelCore(max), ring(max) {}

  /// Into a slot that the caller has claimed. When it throws, the slot is still the caller's. What
  /// it gives is to be fired without the lock.
  [[nodiscard]] Waker put(T&& item) {
    ring.push(std::move(item));
    return tell_receiver();
  }

  /// For who was refused.
  [[noreturn]] void throw_closed() const {
    throw is_receiver_gone() ? ChannelClosed() : ChannelClosed("the channel has been closed");
  }

  Ring<T> ring;
};

}  // namespace detail

/// What sender.send(item) gives: ready when the item is in the channel. Throws ChannelClosed when
/// the receiver is gone, or has closed the channel.
template <class T>
class [[nodiscard]] SendItem : PinnedOncePolled {
  using Channel = detail::MpscChannel<T>;

 public:
  using Output = void;

  SendItem(Arc<Channel> channel, T item) : channel_(std::move(channel)), item_(std::move(item)) {}
  SendItem(SendItem&&) = default;
  SendItem& operator=(SendItem&&) = delete;
  ~SendItem() { leave(); }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!item_) throw std::logic_error("a send was polled after its item had been taken back");
    Locked lock(channel_->lock);
    const auto answer = channel_->claim(claim_, cx, lock);
    if (answer == Channel::Answer::pending) return pin_.pending();
    if (answer == Channel::Answer::closed) channel_->throw_closed();
    Waker receiver = channel_->put(std::move(*item_));
    claim_.got = 0;
    lock.unlock();
    item_.reset();
    std::move(receiver).wake();
    return Poll<void>::ready();
  }

  /// The item, unless it was sent: after a time-out, or when poll has thrown. Nothing will be sent
  /// any more.
  std::optional<T> take_back() {
    leave();
    return std::exchange(item_, std::nullopt);
  }

 private:
  void leave() noexcept {
    if (claim_.was_queued() || claim_.got > 0) wake_or_report([this] { channel_->leave(claim_); });
  }

  Arc<Channel> channel_;
  detail::ChannelCore::Claim claim_{1};
  std::optional<T> item_;
};

/// Slots of a channel that no other sender can take: a send into one never waits, and is never
/// refused for lack of room. They keep the stream open; those that are not used go back.
template <class T>
class [[nodiscard]] Permits {
  using Channel = detail::MpscChannel<T>;

 public:
  Permits(Arc<Channel> channel, std::size_t slots) noexcept
      : channel_(std::move(channel)), slots_(slots) {}
  Permits(Permits&& other) noexcept
      : channel_(std::move(other.channel_)), slots_(std::exchange(other.slots_, 0)) {}
  Permits& operator=(Permits&&) = delete;
  ~Permits() {
    if (slots_ == 0) return;
    Locked lock(channel_->lock);
    wake_or_report([&] { channel_->give_back(slots_, lock); });
  }

  std::size_t size() const noexcept { return slots_; }

  /// Uses one of them. False when the receiver is gone: then the item is left where it was, and the
  /// permit is used up all the same. Throws std::logic_error when there is none left.
  bool send(T&& item) {
    if (slots_ == 0) throw std::logic_error("a send without a permit: all of them are used");
    Locked lock(channel_->lock);
    if (channel_->is_receiver_gone()) {
      --slots_;
      channel_->give_back(1, lock);
      return false;
    }
    Waker receiver = channel_->put(std::move(item));
    --slots_;
    lock.unlock();
    std::move(receiver).wake();
    return true;
  }

 private:
  Arc<Channel> channel_;
  std::size_t slots_;
};

/// What sender.reserve(n) gives: a future of Permits<T>. Throws ChannelClosed as a send does.
template <class T>
class [[nodiscard]] Reserve : PinnedOncePolled {
  using Channel = detail::MpscChannel<T>;

 public:
  using Output = Permits<T>;

  Reserve(Arc<Channel> channel, std::size_t slots) : channel_(std::move(channel)), claim_(slots) {}
  Reserve(Reserve&&) = default;
  Reserve& operator=(Reserve&&) = delete;
  ~Reserve() {
    if (claim_.was_queued() || claim_.got > 0) wake_or_report([this] { channel_->leave(claim_); });
  }

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Locked lock(channel_->lock);
    const auto answer = channel_->claim(claim_, cx, lock);
    if (answer == Channel::Answer::pending) return pin_.pending();
    if (answer == Channel::Answer::closed) channel_->throw_closed();
    return Poll<Output>::ready(channel_, std::exchange(claim_.got, 0));
  }

 private:
  Arc<Channel> channel_;
  detail::ChannelCore::Claim claim_;
};

}  // namespace book
