// The handshake: how a request of HTTP becomes a WebSocket. Texts in, texts out; no sockets.
//
//     GET /chat HTTP/1.1                                  HTTP/1.1 101 Switching Protocols
//     Host: localhost:7878                                Upgrade: websocket
//     Upgrade: websocket                                  Connection: Upgrade
//     Connection: Upgrade                                 Sec-WebSocket-Accept: s3pPLMBiTxaQ9k...
//     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==            ^ base64 of SHA-1 of the key and
//     Sec-WebSocket-Version: 13                                a text of the RFC
//     Origin: http://localhost:7878
//
// The key proves that who answers has read this request, and is no server that answers 101 to
// anything. The Origin is the page whose script opens the connection; a browser sends it, and no
// script can change it. So another site's page cannot speak here in the name of your visitor.
// Chapter 18 explains it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "17_io/http/request.h"

namespace book::ws {

/// What a server makes of a request. 101: it may open.
struct Verdict {
  int status = 101;
  const char* why = "";
  std::string_view key = {};  ///< points into the request

  bool may_open() const noexcept { return status == 101; }
};

/// 101, or 400 (something is missing, twice there, or makes no sense), 403 (another site's page),
/// 405 (no GET), 426 (no upgrade, or one to another version).
[[nodiscard]] Verdict judge(const http::Request& request);
/// Has this request one of the fields of an upgrade? Otherwise it is an ordinary one.
[[nodiscard]] bool wants_upgrade(const http::Request& request);

/// The head of the answer that opens.
[[nodiscard]] std::string opening_answer(std::string_view key);
/// The whole answer that does not: the connection is to be closed behind it. To a HEAD it has no
/// body.
[[nodiscard]] std::string refusing_answer(const Verdict& verdict, bool to_head = false);

/// The client's request. Throws std::invalid_argument for a host or a target that cannot stand in
/// one. `origin` is for a client that speaks for a page: "http://localhost:7878".
[[nodiscard]] std::string opening_request(std::string_view host, std::string_view target,
                                          std::string_view key, std::string_view origin = {});
/// Sixteen random bytes in base64.
[[nodiscard]] std::string random_handshake_key();

/// The other side will not speak WebSocket with us.
class Refused : public std::runtime_error {
 public:
  Refused(int status, const std::string& why) : std::runtime_error(why), status_(status) {}
  /// Of the answer, ours or theirs; 0 if that was none.
  int status() const noexcept { return status_; }

 private:
  int status_;
};

/// The head of the server's answer, up to its empty line. Throws Refused unless it opens.
void check_answer(std::string_view head, std::string_view key);

/// What the server answers to a key.
[[nodiscard]] std::string accept_of(std::string_view key);

}  // namespace book::ws
