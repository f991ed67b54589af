// A bounded queue between threads: many senders, one receiver.
//
//     SyncSender --+
//     SyncSender --+-->  [ oldest | ... | newest ]  --->  SyncReceiver
//     SyncSender --+         at most `capacity`
//
// The senders are counted. As long as there is one, an empty recv() waits: something may still
// come. Once there is none, nothing can come any more, and recv() says so. That count is how this
// chapter's executor learns that it has finished.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/arc.h"

namespace book {

namespace detail {
template <class T>
class SyncChannel;
}

/// What became of a try_send.
enum class TrySend {
  sent,
  full,    ///< `capacity` items already wait
  closed,  ///< the receiver is gone
};

/// One of the ends that items go into. Copying it makes one sender more, destroying it one less;
/// each thread should have its own copy. One that was moved from or dropped is none, and throws.
template <class T>
class SyncSender {
  using Channel = detail::SyncChannel<T>;

 public:
  explicit SyncSender(Arc<Channel> channel) noexcept : channel_(std::move(channel)) {}
  SyncSender(const SyncSender& other) : channel_(other.channel_) {
    if (channel_) channel_->add_sender();
  }
  SyncSender(SyncSender&&) noexcept = default;
  SyncSender& operator=(SyncSender other) noexcept {
    std::swap(channel_, other.channel_);
    return *this;
  }
  ~SyncSender() { drop(); }

  /// Puts `item` behind all others, or says at once why not; the item is then destroyed.
  [[nodiscard]] TrySend try_send(T item) const { return channel().push(std::move(item), false); }
  /// The same, but waits while the queue is full. False when the receiver is gone.
  bool send(T item) const { return channel().push(std::move(item), true) == TrySend::sent; }
  /// Makes every recv() from now on throw `error`: for a sender that has lost something which the
  /// receiver cannot do without.
  void fail(std::exception_ptr error) const { channel().fail(std::move(error)); }

  std::size_t capacity() const { return channel().capacity(); }

  /// One sender less, now and not at the end of the scope.
  void drop() noexcept {
    if (Arc<Channel> channel = std::exchange(channel_, nullptr)) channel->remove_sender();
  }
  explicit operator bool() const noexcept { return static_cast<bool>(channel_); }

 private:
  Channel& channel() const {
    if (!channel_) throw std::logic_error("this sender was dropped or moved from");
    return *channel_;
  }

  Arc<Channel> channel_;
};

/// The end that items come out of: there is only one, for one thread at a time. Destroying it
/// closes the channel and destroys what waits in it.
template <class T>
class SyncReceiver {
  using Channel = detail::SyncChannel<T>;

 public:
  explicit SyncReceiver(Arc<Channel> channel) noexcept : channel_(std::move(channel)) {}
  SyncReceiver(SyncReceiver&&) noexcept = default;
  SyncReceiver& operator=(SyncReceiver&&) = delete;
  ~SyncReceiver() {
    if (channel_) channel_->close();
  }

  /// The oldest item. Waits while there is none; empty when no sender is left to send one.
  std::optional<T> recv() { return channel_->pop(true); }
  /// The oldest item, or empty when none waits at this moment.
  std::optional<T> try_recv() { return channel_->pop(false); }

  /// How many senders there are at this moment: for tests and for telling a story.
  std::size_t senders() const { return channel_->count_senders(); }

 private:
  Arc<Channel> channel_;
};

namespace detail {

/// What the two ends share. No item is destroyed under the lock: its destructor may well drop a
/// sender of this very channel (a task's does), which takes the lock again.
template <class T>
class SyncChannel final : public RefCounted<SyncChannel<T>> {
 public:
  explicit SyncChannel(std::size_t capacity) : capacity_(capacity) {}

  TrySend push(T item, bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) room_.wait(lock, [this] { return queue_.size() < capacity_ || closed_; });
    if (closed_) return TrySend::closed;
    if (queue_.size() >= capacity_) return TrySend::full;
    queue_.push_back(std::move(item));
    lock.unlock();
    news_.notify_one();
    return TrySend::sent;
  }

  std::optional<T> pop(bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) news_.wait(lock, [this] { return !queue_.empty() || senders_ == 0 || error_; });
    if (error_) std::rethrow_exception(error_);
    if (queue_.empty()) return std::nullopt;
    std::optional<T> item(std::move(queue_.front()));
    queue_.pop_front();
    lock.unlock();
    room_.notify_one();
    return item;
  }

  void fail(std::exception_ptr error) {
    {
      std::lock_guard lock(mutex_);
      error_ = std::move(error);
    }
    news_.notify_one();
  }

  void add_sender() {
    std::lock_guard lock(mutex_);
    ++senders_;
  }

  /// The last one out tells the receiver, which may be asleep.
  void remove_sender() noexcept {
    {
      std::lock_guard lock(mutex_);
      if (--senders_ > 0) return;
    }
    news_.notify_one();
  }

  std::size_t count_senders() {
    std::lock_guard lock(mutex_);
    return senders_;
  }

  std::size_t capacity() const noexcept { return capacity_; }

  void close() noexcept {
    std::deque<T> left;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      left.swap(queue_);
    }
    room_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;              // guards everything below
  std::condition_variable news_;  // for the receiver: an item, an error, or no sender left
  std::condition_variable room_;  // for senders that wait while the queue is full
  std::deque<T> queue_;
  std::size_t senders_ = 1;  // the one that sync_channel makes
  bool closed_ = false;      // the receiver is gone
  std::exception_ptr error_;
};

}  // namespace detail

/// A new channel with room for `capacity` items, at least one: its first sender, its receiver.
template <class T>
std::pair<SyncSender<T>, SyncReceiver<T>> sync_channel(std::size_t capacity) {
  if (capacity == 0) throw std::invalid_argument("a channel needs room for at least one item");
  auto channel = make_arc<detail::SyncChannel<T>>(capacity);
  return {SyncSender<T>(channel), SyncReceiver<T>(channel)};
}

}  // namespace book
