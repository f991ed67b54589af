// Wire: what a member has in its hand, whatever door it came through. A door makes one of a
// connection, and the rest of the chapter knows nothing else of it.
//
//     receive()     a future of std::optional<std::string>: what they say next; nothing at the end.
//                   Throws Refused where they have to go; any other runtime_error means:
//                   connection lost
//     send(lines)   a future, ready when the connection has taken them: a std::span<const Message>
//     ping()        a future: asks the other side for a sign of life
//     close(why)    a future: says good-bye in the door's own way, and waits for the answer. The
//                   caller limits it in time
//     heard()       when a byte last came       moved()   when the connection last took one
//
// receive() is for one task, send(), ping() and close() for another, which may be the same.
// Chapter 18 explains it.
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>

#include "18_chat_server/farewell.h"
#include "18_chat_server/message.h"
#include "common/clock.h"
#include "common/future.h"

namespace book::chat {

template <class F, class T>
concept FutureOf = Future<F> && std::same_as<typename F::Output, T>;

template <class W>
concept Wire = std::move_constructible<W> &&
    requires(W& wire, const W& same, std::span<const Message> lines, Why why) {
  { wire.receive() } -> FutureOf<std::optional<std::string>>;
  { wire.send(lines) } -> FutureOf<void>;
  { wire.ping() } -> FutureOf<void>;
  { wire.close(why) } -> FutureOf<void>;
  { same.heard() } -> std::same_as<Instant>;
  { same.moved() } -> std::same_as<Instant>;
};

}  // namespace book::chat
