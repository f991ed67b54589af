// Exercise 2: AndThen, but the second future is made from what the first one gave.
//
//     [ first ] --ready(value)--> make(value) --> [ second ] --ready--> finished
//      |     ^                                     |      ^
//      +pending                                    +pending
//
// Run its test with: make exercise CHAPTER=01
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Runs `first` to its end, calls make(its value), which gives the second future, and runs that.
/// Gives the value of the second.
template <SimpleFuture First, class Make>
class [[nodiscard]] Then : PinnedOncePolled {
 public:
  using Second = std::invoke_result_t<Make&, OutputOf<First>>;
  using Output = OutputOf<Second>;

  Then(First first, Make make) : first_(std::move(first)), make_(std::move(make)) {}

  Poll<Output> poll(Wake wake) {
    pin_.enter();

    // TODO: two states, and you can see from the members which one it is: as long as there is a
    // first_, it is running; then there is a second_.
    //   - first_ is running: poll it. Pending? Then so are you. Ready? Move its value to make_, put
    //     what that gives into second_ (second_.emplace(...)), and let go of first_.
    //   - second_ is running: poll it, and answer what it answers. (Pending? Then say so with
    //     pin_.pending(): its pin_ and yours are two.)
    // and_then.h is close to it.
    (void)wake;
    return pin_.pending();
  }

 private:
  std::optional<First> first_;
  Make make_;
  std::optional<Second> second_;
};

}  // namespace book::simple
