// The receiving end of an mpsc channel: a stream, and what else one may do with it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "09_streams/stream_step.h"
#include "11_channels/mpsc_send.h"
#include "11_channels/wait_here.h"
#include "common/stream.h"
#include "common/wake_or_report.h"

namespace book {

/// What try_recv() gives: an item, or why there is none.
template <class T>
class TryRecv {
 public:
  enum class Is {
    item,
    empty,   ///< something may still come
    closed,  ///< nothing will
  };
  explicit TryRecv(Is why) noexcept : is_(why) {}
  explicit TryRecv(T&& item) : item_(std::move(item)) {}

  bool has_item() const noexcept { return is_ == Is::item; }
  bool is_empty() const noexcept { return is_ == Is::empty; }
  bool is_closed() const noexcept { return is_ == Is::closed; }
  /// The item. Throws std::bad_optional_access when there is none.
  T& item() & { return item_.value(); }
  T&& item() && { return std::move(item_).value(); }

 private:
  Is is_ = Is::item;
  std::optional<T> item_;
};

template <class T>
class Receiver;

/// What receiver.recv_many(items, limit) gives: how many items it has appended; none is the end. It
/// borrows both.
template <class T>
class [[nodiscard]] RecvMany : PinnedOncePolled {
 public:
  using Output = std::size_t;

  RecvMany(Receiver<T>& receiver, std::vector<T>& into, std::size_t limit)
      : receiver_(&receiver), into_(&into), limit_(limit) {}
  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    const Poll<std::size_t> count = receiver_->poll_many(cx, *into_, limit_);
    if (count.is_pending()) return pin_.pending();
    return count;
  }

 private:
  Receiver<T>* receiver_;
  std::vector<T>* into_;
  std::size_t limit_;
};

/// Where the items come out, in the order in which they went in; there is one. A stream: it ends
/// when all senders are gone (or it was closed) and every item has been taken. It keeps the waker
/// of its latest poll, and may be moved at any time.
template <class T>
class [[nodiscard]] Receiver {
  using Channel = detail::MpscChannel<T>;

 public:
  using Item = T;

  explicit Receiver(Arc<Channel> channel) noexcept : channel_(std::move(channel)) {}
  Receiver(Receiver&&) noexcept = default;
  Receiver& operator=(Receiver&&) = delete;
  /// What is still in the channel dies here and now, and senders that wait hear of it.
  ~Receiver() {
    if (!channel_) return;
    detail::Ring<T> left = take_all();
  }

  /// Nothing is lost when it is not polled again: an item leaves the channel in the poll that
  /// gives it.
  PollItem<T> poll_next(Context& cx) {
    Locked lock(channel_->lock);
    do {
      if (!channel_->ring.empty()) {
        PollItem<T> item = PollItem<T>::ready(std::in_place, std::move(channel_->ring.front()));
        channel_->ring.pop();
        channel_->give_back(1, lock);
        return item;
      }
      if (channel_->has_ended()) return PollItem<T>::ready();
    } while (!channel_->wait_for_item(cx, lock));
    return pending;
  }
  bool is_terminated() const {
    const Locked lock(channel_->lock);
    return channel_->has_ended();
  }

  /// An item at once, if one is there. What a send that has returned has sent is there.
  TryRecv<T> try_recv() {
    Locked lock(channel_->lock);
    if (channel_->ring.empty()) {
      using Is = typename TryRecv<T>::Is;
      return TryRecv<T>(channel_->has_ended() ? Is::closed : Is::empty);
    }
    TryRecv<T> item(std::move(channel_->ring.front()));
    channel_->ring.pop();
    channel_->give_back(1, lock);
    return item;
  }

  /// A future of the number of items that it has appended to `items`: at least one, at most
  /// `limit`, all that are there; 0 is the end.
  RecvMany<T> recv_many(std::vector<T>& items, std::size_t limit) {
    return {*this, items, detail::at_least_one(limit, "recv_many")};
  }

  /// The next item, or empty at the end; for a thread without an executor, which it puts to sleep.
  std::optional<T> recv_blocking() { return detail::wait_here("recv_blocking", next(*this)); }

  /// Sends from now on throw ChannelClosed. What is in the channel can still be received, and what
  /// has a permit may still come; then the stream ends.
  void close() {
    Locked lock(channel_->lock);
    channel_->close(lock);
  }
  bool is_closed() const {
    const Locked lock(channel_->lock);
    return channel_->is_closed();
  }
  /// How many items wait in it.
  std::size_t size() const {
    const Locked lock(channel_->lock);
    return channel_->ring.size();
  }

 private:
  friend class RecvMany<T>;

  Poll<std::size_t> poll_many(Context& cx, std::vector<T>& into, std::size_t limit) {
    Locked lock(channel_->lock);
    do {
      if (std::size_t count = std::min(limit, channel_->ring.size())) {
        lock.unlock();  // to make room moves what is there, and may throw; only we take items out
        if (into.capacity() - into.size() < count) {
          into.reserve(std::max(into.size() + count, 2 * into.size()));
        }
        lock.lock();
        std::size_t taken = 0;
        try {
          for (; taken < count; ++taken) {
            into.push_back(std::move(channel_->ring.front()));
            channel_->ring.pop();
          }
        } catch (...) {  // of an item that cannot be moved: the slots of those before it are free
          wake_or_report([&] { channel_->give_back(taken, lock); });
          throw;
        }
        channel_->give_back(count, lock);
        return count;
      }
      if (channel_->has_ended()) return std::size_t{0};
    } while (!channel_->wait_for_item(cx, lock));
    return pending;
  }

  detail::Ring<T> take_all() noexcept {
    Waker dropped;
    Locked lock(channel_->lock);
    channel_->receiver_goes();
    dropped = channel_->forget_receiver();
    detail::Ring<T> left(std::move(channel_->ring));
    wake_or_report([&] { channel_->close(lock); });
    return left;
  }

  Arc<Channel> channel_;
};

}  // namespace book
