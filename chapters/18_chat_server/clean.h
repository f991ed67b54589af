// clean(text): what one member may send to the screens of the others. A terminal obeys ESC, and a
// WebSocket must not carry what is no UTF-8. So control characters, and bytes that are no UTF-8,
// become U+FFFD. Done once, in the room, for all doors. Chapter 18 explains it.
#pragma once

#include <string>
#include <string_view>

namespace book::chat {

[[nodiscard]] std::string clean(std::string_view text);

}  // namespace book::chat
