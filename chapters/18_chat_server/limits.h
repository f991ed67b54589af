// Limits: what one member may take of the server, and what all of them may. Each has a flag of the
// program. Chapter 18 explains it.
#pragma once

#include <chrono>
#include <cstddef>

#include "18_chat_server/mailbox.h"
#include "common/clock.h"

namespace book::chat {

struct Limits {
  std::size_t members = 100;   ///< and those who have not given a name yet
  std::size_t line = 1000;     ///< bytes of a line that comes in at the line door
  std::size_t message = 4096;  ///< bytes of a message of a WebSocket
  MailboxLimits mailbox{};     ///< what waits for one member
  int rate = 10, burst = 20;   ///< lines a second of one member; a rate of 0 is no limit
  Duration naming = std::chrono::seconds(10);    ///< in which a name has to come
  Duration silence = std::chrono::seconds(30);   ///< after which a member is asked, and
  Duration answer = std::chrono::seconds(10);    ///< in which some byte has to come back
  Duration patience = std::chrono::seconds(10);  ///< with a member that takes no byte
  Duration closing = std::chrono::seconds(5);    ///< for a good-bye, and its answer
  Duration grace = std::chrono::seconds(5);      ///< at the end, for all of them
};

}  // namespace book::chat
