// Chat: what a door needs to let somebody in: the way to the room, the places, the limits; and the
// end of it all. serve_member() (member.h) takes it from there.
//
//     auto place = chat.places.try_acquire();        // 12: so many at a time. None: "full"
//     spawn_detached(chat.until_abort(serve_member(LineWire(...), chat, *std::move(place))));
//
// Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <utility>

#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "11_channels/mpsc.h"
#include "12_sync/semaphore.h"
#include "18_chat_server/limits.h"
#include "18_chat_server/room.h"

namespace book::chat {

/// It belongs to one thread, and outlives the executor on which it is used.
class Chat {
 public:
  explicit Chat(const Limits& limits = {});

  /// The room's task. Run it once, beside the members.
  Async<> room() { return room_.run(); }
  const Room& state() const noexcept { return room_; }

  /// Says "the server closes" to all, and lets nobody in; then waits until all have gone, as long
  /// as the limits' grace is, and drops the rest.
  Async<> close();
  /// Drops all members at their next turn.
  void abort() const { abort_.cancel(); }
  /// A task of a member, or of a door: dropped by abort(), at its next turn.
  template <Future F>
  auto until_abort(F future) const {
    return abort_.run_until_cancelled(std::move(future));
  }
  /// What ends when close() begins, finished or not.
  template <Future F>
  auto until_closing(F future) const {
    return closing_.run_until_cancelled(std::move(future));
  }

  const Limits limits;
  Sender<Request> requests;
  /// One for each connection, from before its name until its end.
  Semaphore places;
  /// One for each that is told at the moment that there is no place.
  Semaphore doorstep{32};

 private:
  Chat(const Limits& limits, ChannelEnds<Request> ends);

  Room room_;
  Permits<Request> closes_;  // its own last word, for which there is always room
  CancellationToken abort_, closing_ = abort_.child_token();
};

}  // namespace book::chat
