// What must hold of the parser of answers' heads, whatever the bytes.
#pragma once

#include <string>
#include <string_view>

#include "17_io/http/response_head.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

inline bool same(const http::ParsedResponse& a, const http::ParsedResponse& b) {
  const http::ResponseHead &r = a.head, &s = b.head;
  if (a.kind != b.kind || std::string_view(a.why) != b.why) return false;
  return a.kind != http::ParsedResponse::Kind::response ||
         (r.status == s.status && r.fields == s.fields && r.head_size == s.head_size &&
          r.body == s.body && r.content_length == s.content_length && r.keep_alive == s.keep_alive);
}

/// Gives what is wrong, or nothing.
inline std::string check_response(std::string_view input, std::size_t most = 16 * 1024) {
  using Kind = http::ParsedResponse::Kind;
  const Piece all(input);
  const std::string_view bytes = all.bytes();
  const http::ParsedResponse whole = http::parse_response(bytes, most);
  Cuts cuts(bytes, 1 + bytes.size() / 8);
  bool decided = false;
  for (std::size_t n = 0; n < bytes.size(); n += cuts.next()) {
    const Piece part(bytes.substr(0, n));
    const http::ParsedResponse early = http::parse_response(part.bytes(), most);
    if (early.kind == Kind::need_more) {
      if (decided) return "more bytes made it forget its answer";
      continue;
    }
    decided = true;
    // The views are of another copy: compare what they say.
    if (!same(early, whole)) return "after " + std::to_string(n) + " bytes it said something else";
  }
  if (whole.kind == Kind::need_more) return bytes.size() >= most ? "it wants more than it may" : "";
  if (whole.kind == Kind::error) return *whole.why == '\0' ? "an error without a reason" : "";
  const http::ResponseHead& head = whole.head;
  if (head.head_size > bytes.size() || head.head_size > most) return "a head too long";
  if (!bytes.substr(0, head.head_size).ends_with("\r\n\r\n")) return "the head has no end";
  if (head.status < 100 || head.status > 599) return "no such status";
  if (head.body == http::BodyEnd::close && head.keep_alive) return "kept, and without an end";
  return "";
}

}  // namespace book::fuzz
