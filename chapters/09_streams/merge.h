// Many streams as one, each item as it comes: merge(a, b, c) for a few of any kinds, StreamGroup<S>
// for any number of one kind.
//
// A poll of a merge asks all that have not ended, beginning behind the one that gave the last item:
// one that always has something does not keep the others waiting. A group asks only those that were
// woken. An exception ends a merge, and drops all that it owns: its few streams belong together. A
// group goes on without the stream that threw, as a FuturesUnordered does: a connection that is
// reset is no reason to drop the others.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "08_select/futures_unordered.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class First, class... Rest>
class Merge {
 public:
  using Item = ItemOf<First>;
  static_assert((std::is_same_v<Item, ItemOf<Rest>> && ...),
                "merge(a, b): their items must be of one type");

  explicit Merge(First&& first, Rest&&... rest)
      : sources_(Source<First>(std::forward<First>(first)),
                 Source<Rest>(std::forward<Rest>(rest))...) {}

  bool is_terminated() const noexcept {
    return std::apply([](const auto&... source) { return (source.ended() && ...); }, sources_);
  }

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    try {
      constexpr std::size_t count = 1 + sizeof...(Rest);
      for (std::size_t asked = 0; asked < count; ++asked) {
        const std::size_t index = (first_ + asked) % count;
        std::optional<PollItem<Item>> next =
            ask(index, cx, std::index_sequence_for<First, Rest...>());
        if (!next || next->is_pending()) continue;
        first_ = (index + 1) % count;
        return std::move(*next);
      }
    } catch (...) {
      std::apply([](auto&... source) { (source.end(), ...); }, sources_);
      throw;
    }
    return is_terminated() ? PollItem<Item>::ready() : PollItem<Item>(pending);
  }

 private:
  /// A stream until its end, and then nothing.
  template <class S>
  class Source {
   public:
    explicit Source(S&& source) : kept_(std::in_place, std::forward<S>(source)) {}
    bool ended() const noexcept { return !kept_; }
    void end() noexcept { kept_.reset(); }

    /// Empty: there will be no item any more.
    std::optional<PollItem<Item>> ask(Context& cx) {
      if (ended()) return std::nullopt;
      PollItem<Item> next = kept_->held.poll_next(cx);
      if (next.is_pending() || next.value()) return next;
      end();
      return std::nullopt;
    }

   private:
    std::optional<detail::Held<S>> kept_;
  };

  /// Asks the source at `index`, which is known only now.
  template <std::size_t... I>
  std::optional<PollItem<Item>> ask(std::size_t index, Context& cx, std::index_sequence<I...>) {
    std::optional<PollItem<Item>> next;
    const auto keep = [&](std::optional<PollItem<Item>> asked) {
      if (asked) next.emplace(std::move(*asked));  // not assigned: an item need only be movable
    };
    ((I == index ? keep(std::get<I>(sources_).ask(cx)) : void()), ...);
    return next;
  }

  StreamPin pin_;
  std::tuple<Source<First>, Source<Rest>...> sources_;
  std::size_t first_ = 0;  // whom to ask first
};

}  // namespace streams

/// A set of streams that may grow while it runs, and the stream of all their items.
template <Stream S>
class StreamGroup {
  /// One stream's next item. The stream travels with it, and comes back with the item.
  class Turn : PinnedOncePolled {
   public:
    struct Output {
      std::unique_ptr<S> stream;
      std::optional<ItemOf<S>> item;
    };
    explicit Turn(std::unique_ptr<S> stream) : stream_(std::move(stream)) {}

    Poll<Output> poll(Context& cx) {
      pin_.enter();
      PollItem<ItemOf<S>> next = stream_->poll_next(cx);
      if (next.is_pending()) return pin_.pending();
      return Poll<Output>::ready(Output{std::move(stream_), std::move(next).value()});
    }

   private:
    std::unique_ptr<S> stream_;  // it stays in its place while the turn moves
  };

 public:
  using Item = ItemOf<S>;

  /// Adds a stream; it is first asked at the next poll of the group. At any time.
  void insert(S stream) { turns_.push(Turn(std::make_unique<S>(std::move(stream)))); }
  /// The same, but wakes no task: for an owner that polls the group right afterwards.
  void insert_quietly(S stream) {
    turns_.push_quietly(Turn(std::make_unique<S>(std::move(stream))));
  }

  std::size_t size() const noexcept { return turns_.size(); }
  bool empty() const noexcept { return turns_.empty(); }
  /// It has said that it is empty, and nothing was inserted since.
  bool is_terminated() const noexcept { return turns_.is_terminated(); }

  /// The next item of any of them; none when all have ended. Throws what one of them throws: that
  /// one is dropped, and the others may be asked on.
  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      auto turn = turns_.poll_next(cx);
      if (turn.is_pending()) return pending;
      if (!turn.value()) return PollItem<Item>::ready();
      if (!turn.value()->item) continue;  // this one has ended
      turns_.push_quietly(Turn(std::move(turn.value()->stream)));
      return PollItem<Item>::ready(std::move(turn.value()->item));
    }
  }

 private:
  FuturesUnordered<Turn> turns_;
};

namespace detail {
struct MergeFn {
  /// Streams named are borrowed, temporaries are owned.
  template <Stream First, Stream... Rest>
  streams::Merge<First, Rest...> operator()(First&& first, Rest&&... rest) const {
    return streams::Merge<First, Rest...>(std::forward<First>(first), std::forward<Rest>(rest)...);
  }
};
}  // namespace detail

inline constexpr detail::MergeFn merge{};

}  // namespace book
