#include "18_chat_server/member.h"

namespace book::chat::detail {

bool own_affair(const Command& command, Mailbox& mailbox, Farewell& farewell) {
  if (const auto* quit = std::get_if<Quit>(&command)) {
    farewell = {Why::quit, quit->words};
    return true;
  }
  if (std::holds_alternative<Help>(command)) {
    mailbox.push(Message(fmt::format("* {}", kCommands)));
  } else if (std::holds_alternative<Unknown>(command)) {
    mailbox.push(Message(fmt::format("* no such command; there are {}", kCommands)));
  } else if (const auto* misused = std::get_if<Misused>(&command)) {
    mailbox.push(Message(fmt::format("* it is {}", misused->usage)));
  }
  return false;
}

}  // namespace book::chat::detail
