#include "18_chat_server/web_wire.h"

namespace book::chat {

ws::CloseCode close_code(Why why) noexcept {
  switch (why) {
    case Why::quit:
    case Why::end:
      return ws::kDone;
    case Why::closing:
      return ws::kGoingAway;
    case Why::refused:
      return ws::kWrongKind;
    case Why::too_long:
      return ws::kTooLarge;
    case Why::full:
      return ws::kTryLater;
    case Why::lost:
    case Why::silent:
    case Why::slow:
    case Why::flood:
    case Why::unnamed:
      break;
  }
  return ws::kPolicy;
}

Why why_of(const ws::Ending& ending) noexcept {
  if (ending.clean) return Why::end;
  if (ending.code == ws::kNoClose) return Why::lost;
  return ending.code == ws::kTooLarge ? Why::too_long : Why::refused;
}

}  // namespace book::chat
