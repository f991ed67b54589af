// SimpleFuture: the book's first and simplest future, with a plain function to wake it.
//
//     poll(wake)  --->  ready(value)    done; do not ask again
//                 --->  pending         not yet; `wake` is called when asking again is worth it
//
// This chapter is the place where it lives. From chapter 02 on, `wake` grows into a Waker and
// this concept into Future (common/future.h); chapter 01's README shows why it has to.
#pragma once

#include <concepts>
#include <type_traits>

#include "common/future.h"
#include "common/poll.h"

namespace book::simple {

/// To say "ask again" to the loop that polls, call this. A plain function: it carries no data.
using Wake = void (*)();

/// Anything that can be polled until it gives its Output. A future with nothing to tell gives a
/// std::monostate.
template <class F>
concept SimpleFuture = std::is_object_v<OutputOf<F>> &&
    requires(std::remove_cvref_t<F>& future, Wake wake) {
  { future.poll(wake) } -> std::same_as<Poll<OutputOf<F>>>;
};

}  // namespace book::simple
