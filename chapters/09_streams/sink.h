// Sink: where items go, as a stream is where they come from.
//
//     poll_ready      is there room for one item?  pending: the waker is kept until there is
//     start_send      here it is; only after poll_ready was ready, and never waits
//     poll_flush      has everything that was sent arrived?
//     poll_close      flush, and nothing will follow
//
// The future for each: send(sink, item) is ready, start_send and flush; feed(sink, item) does not
// flush; flush(sink); close(sink). And stream | forward(sink) moves a whole stream over.
// A sink throws when it has failed. One that keeps a place in a queue for the task that waits in
// poll_ready (chapter 11's channels do) has a fifth function, give_up(): that task waits no more.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book {

template <class K, class T>
concept Sink = requires(std::remove_cvref_t<K>& sink, Context& cx, T item) {
  { sink.poll_ready(cx) } -> std::same_as<Poll<void>>;
  { sink.start_send(std::move(item)) } -> std::same_as<void>;
  { sink.poll_flush(cx) } -> std::same_as<Poll<void>>;
  { sink.poll_close(cx) } -> std::same_as<Poll<void>>;
};

namespace streams {

/// For a future that is dropped while it waits in poll_ready.
template <class K>
void give_up(K& sink) noexcept {
  if constexpr (requires { sink.give_up(); }) sink.give_up();
}

enum class After { nothing, flush };

/// `K` is a reference when the sink is borrowed. Dropped before there was room, it drops the item.
template <class K, class T, After after>
class [[nodiscard]] Send : PinnedOncePolled {
 public:
  using Output = void;
  Send(K&& sink, T item) : sink_(std::forward<K>(sink)), item_(std::move(item)) {}
  Send(Send&&) = default;
  Send& operator=(Send&&) = delete;
  ~Send() {
    if (pin_.was_polled() && item_) give_up(sink_);
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (item_) {
      if (sink_.poll_ready(cx).is_pending()) return pin_.pending();
      sink_.start_send(std::move(*item_));
      item_.reset();
    }
    if (after == After::flush && sink_.poll_flush(cx).is_pending()) return pin_.pending();
    return Poll<void>::ready();
  }

 private:
  K sink_;
  std::optional<T> item_;
};

template <class K, bool closes>
class [[nodiscard]] Flush : PinnedOncePolled {
 public:
  using Output = void;
  explicit Flush(K&& sink) : sink_(std::forward<K>(sink)) {}
  Flush(Flush&&) = default;
  Flush& operator=(Flush&&) = delete;
  ~Flush() { leave(); }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!waker_.will_wake(cx.waker())) leave();
    const Poll<void> done = closes ? sink_.poll_close(cx) : sink_.poll_flush(cx);
    if (done.is_pending()) {
      if (kForgets && !waker_) waker_ = cx.waker();
      return pin_.pending();
    }
    leave();
    return Poll<void>::ready();
  }

 private:
  // A sink that is a stream of bytes as well (chapter 17) keeps one waker, and is told to forget
  // it.
  static constexpr bool kForgets = requires(K & sink, const Waker& waker) {
    sink.forget(Direction::write, waker);
  };

  void leave() noexcept {
    if constexpr (kForgets) {
      if (const Waker waker = std::exchange(waker_, Waker())) {
        sink_.forget(Direction::write, waker);
      }
    }
  }

  K sink_;
  Waker waker_;  // of the last poll, while pending and if the sink forgets
};

}  // namespace streams

namespace detail {
template <streams::After after>
struct SendFn {
  /// A future that is ready when the sink has taken the item. A sink named is borrowed.
  template <class K, class T>
  requires Sink<K, T> streams::Send<K, T, after>
  operator()(K&& sink, T item) const { return {std::forward<K>(sink), std::move(item)}; }
};
template <bool closes>
struct FlushFn {
  template <class K>
  streams::Flush<K, closes> operator()(K&& sink) const {
    return streams::Flush<K, closes>(std::forward<K>(sink));
  }
};
}  // namespace detail

inline constexpr detail::SendFn<streams::After::flush> send{};
inline constexpr detail::SendFn<streams::After::nothing> feed{};
inline constexpr detail::FlushFn<false> flush{};
inline constexpr detail::FlushFn<true> close{};

}  // namespace book
