#include "18_chat_server/server.h"

#include "18_chat_server/line_door.h"

namespace book::chat {

Async<> open_doors(Doors doors, Chat& chat) { co_await line_door(doors.lines, chat); }

}  // namespace book::chat
