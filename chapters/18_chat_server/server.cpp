#include "18_chat_server/server.h"

#include "18_chat_server/line_door.h"
#include "18_chat_server/web_door.h"

namespace book::chat {

Async<> open_doors(Doors doors, Chat& chat) {
  auto lines = line_door(doors.lines, chat);
  if (!doors.web) {
    co_await std::move(lines);
    co_return;
  }
  // Neither ends by itself: an error of one is the end of both.
  auto either = race(std::move(lines), web_door(doors.web->listener, chat, doors.web->page));
  co_await either;
}

}  // namespace book::chat
