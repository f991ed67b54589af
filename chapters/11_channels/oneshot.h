// oneshot<T>(): one value, from one task to one other. The answer to a request.
//
//     auto ends = oneshot<int>();
//     auto& [tx, rx] = ends;
//     tx.send(42);                              // never waits; false when rx is gone
//     int answer = co_await rx;                 // throws ChannelClosed when tx went without a word
//
// Chapter 11 explains it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "11_channels/channel_error.h"
#include "11_channels/oneshot_shared.h"
#include "common/future.h"
#include "common/wake_or_report.h"

namespace book {

template <class T>
class OneshotSender;

/// What sender.closed() gives: ready when the receiver is gone, or has closed. It borrows the
/// sender. (One at a time: it keeps one waker.)
template <class T>
class [[nodiscard]] OneshotClosed : PinnedOncePolled {
 public:
  using Output = void;

  explicit OneshotClosed(const OneshotSender<T>& sender) noexcept : sender_(&sender) {}
  OneshotClosed(OneshotClosed&&) = default;
  OneshotClosed& operator=(OneshotClosed&&) = delete;
  ~OneshotClosed() {
    if (waits_ && sender_->shared_) (void)sender_->shared_->sender.take();
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    auto& shared = sender_->shared();
    if (shared.flags.has(detail::OneshotFlags::kClosed)) return Poll<void>::ready();
    shared.sender.store(cx.waker());
    waits_ = true;
    if (shared.flags.has(detail::OneshotFlags::kClosed)) return Poll<void>::ready();
    cx.waits_for("the end of a oneshot's receiver");
    return pin_.pending();
  }

 private:
  const OneshotSender<T>* sender_;
  bool waits_ = false;
};

/// The end that sends, once. Dropped before, it tells the receiver that nothing will come.
template <class T>
class [[nodiscard]] OneshotSender {
  using Flags = detail::OneshotFlags;

 public:
  explicit OneshotSender(detail::OneshotShared<T>* shared) noexcept : shared_(shared) {}
  OneshotSender(OneshotSender&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  OneshotSender& operator=(OneshotSender other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~OneshotSender() {
    if (shared_) leave(Flags::kSenderGone);
  }

  /// Never waits. False when the receiver is gone, or has closed: `item` is left where it was. (One
  /// that goes while this runs gets a true, and the item dies with the channel.) Throws
  /// std::logic_error the second time.
  bool send(T&& item) {
    detail::OneshotShared<T>& shared = this->shared();
    if (shared.flags.has(Flags::kClosed)) return false;
    shared.value.emplace(std::move(item));
    leave(Flags::kSent | Flags::kSenderGone);
    return true;
  }

  /// A future, for a sender that would rather not compute a value that its receiver will not take.
  OneshotClosed<T> closed() const { return (void)shared(), OneshotClosed<T>(*this); }
  bool is_closed() const { return shared().flags.has(Flags::kClosed); }

 private:
  friend class OneshotClosed<T>;

  detail::OneshotShared<T>& shared() const {
    if (!shared_) throw std::logic_error("this sender of a oneshot has sent, or was moved from");
    return *shared_;
  }
  void leave(std::uint8_t news) noexcept {
    shared_->flags.set(news);
    wake_or_report(shared_->receiver.take());
    std::exchange(shared_, nullptr)->done(Flags::kSenderDone, Flags::kReceiverDone);
  }

  detail::OneshotShared<T>* shared_;
};

/// The end that receives: a future of the value. It throws ChannelClosed when the sender has gone
/// without sending, and may be moved until its first poll, as every future.
template <class T>
class [[nodiscard]] OneshotReceiver : PinnedOncePolled {
  using Flags = detail::OneshotFlags;

 public:
  using Output = T;

  explicit OneshotReceiver(detail::OneshotShared<T>* shared) noexcept : shared_(shared) {}
  OneshotReceiver(OneshotReceiver&& other)
      : PinnedOncePolled(std::move(other)), shared_(std::exchange(other.shared_, nullptr)) {}
  OneshotReceiver& operator=(OneshotReceiver&&) = delete;
  /// The sender hears of it. A value that is here, and was not taken, dies.
  ~OneshotReceiver() {
    if (!shared_) return;
    if (!shared_->flags.has(Flags::kSenderGone)) close();
    if (waits_) (void)shared_->receiver.take();
    shared_->done(Flags::kReceiverDone, Flags::kSenderDone);
  }

  Poll<T> poll(Context& cx) {
    pin_.enter();
    if (!shared_->flags.has(Flags::kSenderGone)) {
      shared_->receiver.store(cx.waker());
      waits_ = true;
      if (!shared_->flags.has(Flags::kSenderGone)) {
        cx.waits_for("the value of a oneshot");
        return pin_.pending();
      }
    }
    return take();
  }

  /// The value, if it is here: then the receiver has ended, as after a poll that was ready. Throws
  /// ChannelClosed when none will come.
  std::optional<T> try_recv() {
    if (!shared_->flags.has(Flags::kSenderGone)) return std::nullopt;
    pin_.enter();
    return take().value();
  }

  /// No value is wanted any more. One that was sent before can still be received.
  void close() noexcept {
    shared_->flags.set(Flags::kClosed);
    wake_or_report(shared_->sender.take());
  }

 private:
  Poll<T> take() {
    if (std::exchange(waits_, false)) (void)shared_->receiver.take();
    if (!shared_->flags.has(Flags::kSent))
      throw ChannelClosed("the sender of a oneshot has gone without sending");
    Poll<T> value = Poll<T>::ready(std::move(*shared_->value));
    shared_->value.reset();
    return value;
  }

  detail::OneshotShared<T>* shared_;
  bool waits_ = false;
};

template <class T>
struct OneshotEnds {
  OneshotSender<T> sender;
  OneshotReceiver<T> receiver;
};

/// auto ends = oneshot<int>(); auto& [tx, rx] = ends;
template <class T>
[[nodiscard]] OneshotEnds<T> oneshot() {
  auto* shared = new detail::OneshotShared<T>;
  return {OneshotSender<T>(shared), OneshotReceiver<T>(shared)};
}

}  // namespace book
