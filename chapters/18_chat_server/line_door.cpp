#include "18_chat_server/line_door.h"

#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "04_io_executor/executor.h"
#include "10_spawning/timeout.h"
#include "18_chat_server/line_wire.h"
#include "18_chat_server/member.h"

namespace book::chat {
namespace {

using TcpWire = LineWire<TcpStream>;

/// Owns a place on the doorstep: there are not many, so a crowd that is turned away costs little.
Async<> turn_away(TcpWire wire, Duration limit, [[maybe_unused]] Permit step) {
  try {
    auto good_bye = timeout(limit, wire.close(Why::full));
    co_await good_bye;
  } catch (const std::runtime_error&) {
    // It did not wait for the answer.
  }
}

void let_in(TcpStream stream, Chat& chat) {
  TcpWire wire(std::move(stream), chat.limits.line);
  if (std::optional<Permit> place = chat.places.try_acquire()) {
    spawn_detached(chat.until_abort(serve_member(std::move(wire), chat, *std::move(place))));
  } else if (std::optional<Permit> step = chat.doorstep.try_acquire()) {
    spawn_detached(
        chat.until_abort(turn_away(std::move(wire), chat.limits.closing, *std::move(step))));
  }
}

}  // namespace

Async<> line_door(TcpListener& listener, Chat& chat) {
  auto incoming = listener.incoming();
  for (;;) {
    auto accepted = co_await next(incoming);
    try {
      let_in(std::move(accepted->stream), chat);
    } catch (const std::bad_alloc&) {
      // No memory for it: this one is sent away, and the door stays open.
    }
  }
}

}  // namespace book::chat
