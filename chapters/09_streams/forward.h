// stream | forward(sink): a future that moves every item over and then closes the sink. A slow sink
// slows the stream down: the next item is asked for when the last one has been taken.
//
// send_all(sink, stream) flushes the sink at the end and leaves it open: for a stream of which only
// a part is to come from here.
#pragma once

#include <optional>
#include <utility>

#include "09_streams/sink.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

enum class AtEnd { close, flush };

template <class S, class K, AtEnd at_end = AtEnd::close>
class [[nodiscard]] Forward : PinnedOncePolled {
  static_assert(Sink<K, ItemOf<S>>, "forward(sink): the sink does not take the stream's items");

 public:
  using Output = void;
  Forward(S&& source, K&& sink) : source_(std::forward<S>(source)), sink_(std::forward<K>(sink)) {}
  Forward(Forward&&) = default;
  Forward& operator=(Forward&&) = delete;
  ~Forward() {
    if (item_) give_up(sink_);
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    for (;;) {
      if (item_) {
        if (sink_.poll_ready(cx).is_pending()) return pin_.pending();
        sink_.start_send(std::move(*item_));
        item_.reset();
      }
      if (ended_) break;
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) {
        (void)sink_.poll_flush(cx);  // while nothing comes, see to it that the rest arrives
        return pin_.pending();
      }
      ended_ = !next.value().has_value();
      if (!ended_) item_.emplace(std::move(*next.value()));  // not assigned: an item need only move
    }
    const Poll<void> done = at_end == AtEnd::close ? sink_.poll_close(cx) : sink_.poll_flush(cx);
    if (done.is_pending()) return pin_.pending();
    return Poll<void>::ready();
  }

 private:
  S source_;
  K sink_;
  std::optional<ItemOf<S>> item_;
  bool ended_ = false;
};

}  // namespace streams

namespace detail {
template <class K>
struct ForwardStep {
  Held<K> sink;
};
struct ForwardFn {
  /// A sink named is borrowed, a temporary is owned.
  template <class K>
  ForwardStep<K> operator()(K&& sink) const {
    return {Held<K>(std::forward<K>(sink))};
  }
};
template <Stream S, class K>
streams::Forward<S, K, streams::AtEnd::close> operator|(S&& source, ForwardStep<K> step) {
  return {std::forward<S>(source), std::forward<K>(step.sink.held)};
}
}  // namespace detail

inline constexpr detail::ForwardFn forward{};

/// What is named is borrowed, a temporary is owned.
template <class K, Stream S>
streams::Forward<S, K, streams::AtEnd::flush> send_all(K&& sink, S&& stream) {
  return {std::forward<S>(stream), std::forward<K>(sink)};
}

}  // namespace book
