// What every stream of this chapter is made with: the pipe, the pin, and who is held how.
//
//     auto even = numbers | filter(is_even) | take(3);
//                           ^ a step: what the new stream keeps, until a source comes from the left
//
// The contract of a stream (future.h has that of a future; this is the same, with more than one
// value):
//   1. Making it does nothing.
//   2. `pending` means that the waker of the latest poll is stored where it will be fired.
//   3. An item is no promise of a next one: ask again.
//   4. No item (an empty optional), or an exception, is the end. Do not ask again: s | fuse() may
//   be.
//   5. Destroying it, at any moment, cancels it and all that it has under way.
//   6. It can be moved until the first poll and never after. (Those that hold nothing which a move
//      could break do move. Do not count on it.)
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "common/stream.h"

namespace book {

/// What poll_next gives.
template <class T>
using PollItem = Poll<std::optional<T>>;

/// PinGuard for streams: the first member of one that must stay where it was first polled.
class StreamPin {
 public:
  StreamPin() = default;
  StreamPin(StreamPin&& other) : polled_(other.polled_) {
    if (polled_) throw std::logic_error("a stream was moved after its first poll");
  }
  StreamPin& operator=(StreamPin&&) = delete;
  ~StreamPin() = default;

  void enter() noexcept { polled_ = true; }

 private:
  bool polled_ = false;
};

namespace detail {

/// The right side of a pipe. `source | step` is Adaptor<S, Kept...>(source, kept...), where S is a
/// reference if the source has a name: borrowed. A temporary is moved in: owned.
template <template <class...> class Adaptor, class... Kept>
struct StreamStep {
  std::tuple<Kept...> kept;
};

template <Stream S, template <class...> class Adaptor, class... Kept>
auto operator|(S&& source, StreamStep<Adaptor, Kept...> step) {
  return std::apply(
      [&](Kept&... kept) {
        return Adaptor<S, Kept...>(std::forward<S>(source), std::move(kept)...);
      },
      step.kept);
}

/// Holds a stream (or a sink) by reference or by value: in a step, or in an std::optional, which
/// cannot hold a reference itself and lets an owned one go early.
template <class S>
struct Held {
  explicit Held(S&& kept) : held(std::forward<S>(kept)) {}
  S held;
};

/// For the steps that take a count: none of them makes sense of nothing.
inline std::size_t at_least_one(std::size_t count, const char* step) {
  if (count == 0) throw std::invalid_argument(std::string(step) + "(0) would never give anything");
  return count;
}

}  // namespace detail
}  // namespace book
