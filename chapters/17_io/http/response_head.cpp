#include "17_io/http/response_head.h"

#include <algorithm>
#include <optional>

#include "17_io/http/fields.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;
using Kind = ParsedResponse::Kind;

ParsedResponse error(const char* why) { return {Kind::error, why, {}}; }

bool is_digit(char c) { return scan::is(c, scan::kDigit); }

/// "HTTP/1.1 200 OK": the words may be missing, and the blank before them, too.
bool read_status_line(std::string_view line, ResponseHead& head, bool& http_1_0) {
  if (line.size() < 12 || !line.starts_with("HTTP/1."sv) || !is_digit(line[7]) || line[8] != ' ')
    return false;
  http_1_0 = line[7] == '0';
  for (const char c : line.substr(9, 3)) {
    if (!is_digit(c)) return false;
    head.status = head.status * 10 + (c - '0');
  }
  if (line.size() > 12 && line[12] != ' ') return false;
  const char* const end = line.data() + line.size();
  return head.status >= 100 && head.status < 600 && scan::skip_text(line.data() + 12, end) == end;
}

/// A name, a colon, and text. No blank before the colon, no line that goes on in the next one.
bool is_field(std::string_view line) {
  const char* const end = line.data() + line.size();
  const char* const colon = scan::skip(line.data(), end, scan::kToken);
  return colon != line.data() && colon != end && *colon == ':' &&
         scan::skip_text(colon + 1, end) == end;
}

/// What the fields say together about the end of the body. Null, or what is wrong.
const char* read_framing(ResponseHead& head, bool http_1_0) {
  FieldLines lengths(head.fields, "content-length"), codings(head.fields, "transfer-encoding");
  bool has_length = false;
  while (const auto value = lengths.next()) {
    const auto length = parse_length(*value);
    if (!length) return "a Content-Length that is no number";
    if (has_length && *length != head.content_length) return "two lengths that differ";
    has_length = true;
    head.content_length = *length;
  }
  const auto coding = codings.next();
  if (coding && (has_length || http_1_0)) return "two statements about where the body ends";
  if (coding && (!equals_ignoring_case(*coding, "chunked"sv) || codings.next()))
    return "a transfer coding other than chunked";
  if (head.status < 200 || head.status == 204 || head.status == 304)
    head.body = BodyEnd::none;
  else if (coding)
    head.body = BodyEnd::chunks;
  else
    head.body = has_length ? BodyEnd::length : BodyEnd::close;
  return nullptr;
}

bool says(std::string_view fields, std::string_view word) {
  FieldLines lines(fields, "connection");
  while (const auto tokens = lines.next())
    if (lists_token(*tokens, word)) return true;
  return false;
}

}  // namespace

ParsedResponse parse_response(std::string_view buffer, std::size_t most) {
  const std::string_view bytes = buffer.substr(0, most);
  ParsedResponse parsed;
  ResponseHead& head = parsed.head;
  bool http_1_0 = false;
  std::size_t at = 0, fields = 0;
  // What can be no answer is told at once, before a line end comes.
  if (!"HTTP/1."sv.starts_with(bytes.substr(0, 7))) return error("no HTTP answer");
  for (;;) {
    const std::size_t end = bytes.find('\n', at);
    if (end == bytes.npos) {
      return bytes.size() == most ? error("a head that is too long") : ParsedResponse{};
    }
    if (end == at || bytes[end - 1] != '\r') return error("a line that does not end in CR LF");
    const std::string_view line = bytes.substr(at, end - 1 - at);
    if (at == 0) {
      if (!read_status_line(line, head, http_1_0)) return error("no HTTP answer");
      fields = end + 1;
    } else if (line.empty()) {
      break;
    } else if (!is_field(line)) {
      return error("a line in the head that is no field");
    }
    at = end + 1;
  }
  head.fields = bytes.substr(fields, at - fields);
  head.head_size = at + 2;
  if (const char* why = read_framing(head, http_1_0)) return error(why);
  head.keep_alive = head.body != BodyEnd::close && !says(head.fields, "close"sv) &&
                    (!http_1_0 || says(head.fields, "keep-alive"sv));
  parsed.kind = Kind::response;
  return parsed;
}

}  // namespace book::http
