// Two WebSockets that talk over a connection in memory, and frames as texts of hexadecimal digits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/ends/duplex.h"
#include "18_chat_server/websocket/websocket.h"

namespace book::test {

/// "81 02 68 69" -> its four bytes.
inline std::string bytes_of(std::string_view hex) {
  std::string bytes;
  unsigned high = 16;
  for (const char c : hex) {
    if (c == ' ') continue;
    const unsigned digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (high == 16) {
      high = digit;
    } else {
      bytes += static_cast<char>(high << 4 | digit);
      high = 16;
    }
  }
  return bytes;
}

/// A key that is always the same: 37 fa 21 3d, as in the examples of the RFC.
inline ws::MaskKey same_key() { return {0x37, 0xfa, 0x21, 0x3d}; }

/// A frame of a client.
inline std::string masked(ws::Opcode opcode, std::string_view payload, bool last = true) {
  std::string frame;
  ws::append_frame(frame, opcode, payload, same_key(), last);
  return frame;
}
inline std::string unmasked(ws::Opcode opcode, std::string_view payload, bool last = true) {
  std::string frame;
  ws::append_frame(frame, opcode, payload, {}, last);
  return frame;
}

template <class S>
ws::WebSocket<S> socket_on(S&& stream, ws::Role role, const ws::Options& options = {}) {
  return ws::WebSocket<S>(BufReader<S>(std::forward<S>(stream)), role, options);
}

using Socket = ws::WebSocket<DuplexStream>;
struct SocketPair {
  Socket client, server;
};
inline SocketPair socket_pair(std::size_t capacity = 4096, const ws::Options& options = {}) {
  auto ends = duplex(capacity);
  return {socket_on(std::move(ends.first), ws::Role::client, options),
          socket_on(std::move(ends.second), ws::Role::server, options)};
}

}  // namespace book::test
