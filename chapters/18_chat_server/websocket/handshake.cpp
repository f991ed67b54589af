#include "18_chat_server/websocket/handshake.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "17_io/http/fields.h"
#include "17_io/http/response.h"
#include "17_io/http/scan.h"
#include "18_chat_server/websocket/base64.h"
#include "18_chat_server/websocket/frame.h"
#include "18_chat_server/websocket/sha1.h"

namespace book::ws {
namespace {

using namespace std::string_view_literals;
using http::equals_ignoring_case;
using http::FieldLines;

/// A field that is there once.
struct Single {
  explicit Single(std::string_view fields, std::string_view name) {
    FieldLines lines(fields, name);
    value = lines.next();
    twice = value && lines.next();
  }
  std::optional<std::string_view> value;
  bool twice = false;
};

/// Is `token` among those of all the lines called `name`? "keep-alive, Upgrade" has two.
bool has_token(std::string_view fields, std::string_view name, std::string_view token) {
  FieldLines lines(fields, name);
  while (std::optional<std::string_view> line = lines.next()) {
    for (std::string_view rest = *line; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equals_ignoring_case(http::scan::trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equal_hosts(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Is it a page of this very host? A port that the scheme has anyway may be left out of both.
bool is_of(std::string_view origin, std::string_view host) {
  std::string_view port = ":80";
  if (origin.starts_with("http://"sv)) {
    origin.remove_prefix(7);
  } else if (origin.starts_with("https://"sv)) {  // a proxy in front of us took the TLS off
    origin.remove_prefix(8);
    port = ":443";
  } else {
    return false;  // "null": a page that says nothing of where it is from
  }
  if (origin.ends_with(port)) origin.remove_suffix(port.size());
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return !host.empty() && equal_hosts(origin, host);
}

}  // namespace

bool wants_upgrade(const http::Request& request) {
  return FieldLines(request.fields, "upgrade").next() ||
         FieldLines(request.fields, "sec-websocket-key").next();
}

Verdict judge(const http::Request& request) {
  const std::string_view fields = request.fields;
  if (request.method != "GET"sv) return {405, "a WebSocket begins with GET"};
  if (request.http_1_0) return {400, "a WebSocket begins with HTTP/1.1"};
  if (request.has_body()) return {400, "a WebSocket's request has no body"};
  if (!has_token(fields, "upgrade", "websocket")) return {426, "this door speaks WebSocket"};
  if (!has_token(fields, "connection", "upgrade"))
    return {400, "Connection has to say Upgrade, or a proxy keeps it from us"};
  const Single version(fields, "sec-websocket-version");
  if (version.twice) return {400, "Sec-WebSocket-Version is there twice"};
  if (version.value != "13"sv) return {426, "Sec-WebSocket-Version has to be 13"};
  const Single key(fields, "sec-websocket-key");
  if (!key.value) return {400, "Sec-WebSocket-Key is missing"};
  if (key.twice) return {400, "Sec-WebSocket-Key is there twice"};
  const std::optional<std::string> bytes = from_base64(*key.value);
  if (!bytes || bytes->size() != 16) return {400, "Sec-WebSocket-Key has to be 16 bytes in base64"};
  const Single origin(fields, "origin");
  if (origin.twice) return {400, "Origin is there twice"};
  const Single host(fields, "host");
  if (origin.value && !(host.value && is_of(*origin.value, *host.value)))
    return {403, "this door is for pages of this host"};
  return {101, "", *key.value};
}

std::string accept_of(std::string_view key) {
  return to_base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

std::string opening_answer(std::string_view key) {
  return fmt::format(
      "{}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
      http::status_line(101), accept_of(key));
}

std::string refusing_answer(const Verdict& verdict, bool to_head) {
  std::string more;
  if (verdict.status == 405) more = "Allow: GET\r\n";
  if (verdict.status == 426) more = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  const std::string text = fmt::format("{}\n", verdict.why);
  return fmt::format("{}{}{}Connection: {}close\r\n\r\n{}", http::status_line(verdict.status),
                     http::entity_fields("text/plain; charset=utf-8", text.size()), more,
                     verdict.status == 426 ? "Upgrade, " : "", to_head ? "" : text);
}

std::string random_handshake_key() {
  std::string bytes;
  for (int i = 0; i < 4; ++i)
    for (const unsigned char byte : random_key()) bytes += static_cast<char>(byte);
  return to_base64(bytes);
}

std::string opening_request(std::string_view host, std::string_view target, std::string_view key,
                            std::string_view origin) {
  using namespace http::scan;
  const auto is_all = [](std::string_view text, http::scan::CharClass what) {
    const char* const end = text.data() + text.size();
    return skip(text.data(), end, what) == end;
  };
  if (host.empty() || !http::is_host(host))
    throw std::invalid_argument(fmt::format("this is no host: '{}'", host));
  if (!target.starts_with('/') || !is_all(target, kTarget))
    throw std::invalid_argument(fmt::format("this is no target of a request: '{}'", target));
  if (!is_all(origin, kTarget))
    throw std::invalid_argument(fmt::format("this is no origin: '{}'", origin));
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n{}{}{}\r\n",
      target, host, key, origin.empty() ? "" : "Origin: ", origin, origin.empty() ? "" : "\r\n");
}

void check_answer(std::string_view head, std::string_view key) {
  const auto refuse = [](const char* why, int status = 0) { throw Refused(status, why); };
  const std::size_t line_end = head.find("\r\n"sv);
  if (!head.ends_with("\r\n\r\n"sv) || !head.starts_with("HTTP/1.1 "sv))
    return refuse("the answer is none of HTTP/1.1");
  const std::string_view digits = head.substr(9, 3);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line_end < 12 || !std::all_of(digits.begin(), digits.end(), is_digit) ||
      (line_end > 12 && head[12] != ' '))
    return refuse("the answer has no status");
  const int status = 100 * (digits[0] - '0') + 10 * (digits[1] - '0') + (digits[2] - '0');
  if (status != 101)
    throw Refused(status, fmt::format("the server answers {} and opens no WebSocket", status));

  std::string_view fields = head.substr(line_end + 2);
  fields.remove_suffix(2);
  for (std::string_view rest = fields; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"sv));
    rest.remove_prefix(line.size() + 2);
    const char* const end = line.data() + line.size();
    const char* const colon = http::scan::skip(line.data(), end, http::scan::kToken);
    if (colon == end || *colon != ':' || colon == line.data() ||
        http::scan::skip_text(colon, end) != end)
      return refuse("the answer has a line that is no field", status);
  }
  if (!has_token(fields, "upgrade", "websocket") || !has_token(fields, "connection", "upgrade"))
    return refuse("the answer does not say that it is a WebSocket", status);
  const Single accept(fields, "sec-websocket-accept");
  if (accept.twice || accept.value != accept_of(key))
    return refuse("the answer is not to our key", status);
  if (FieldLines(fields, "sec-websocket-extensions").next())
    return refuse("the server uses an extension that nobody asked for", status);
  if (FieldLines(fields, "sec-websocket-protocol").next())
    return refuse("the server speaks a protocol that nobody asked for", status);
}

}  // namespace book::ws
