// What must hold of the parser of heads, whatever the bytes.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "17_io/http/request_head.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

/// A head that was accepted, read once more in the plainest way there is: lines that end in CR LF,
/// names and values that are cut at the first colon. If that reading is another one, then so is
/// somebody else's. Gives what is wrong, or nothing.
inline std::string misread(std::string_view head, const http::Request& request) {
  if (head.substr(0, 2) == "\r\n") head.remove_prefix(2);
  std::map<std::string, int> count;
  std::map<std::string, std::string> value_of;
  std::size_t at = 0, lines = 0;
  for (;; ++lines) {
    const std::size_t end = head.find("\r\n", at);
    if (end == std::string_view::npos) return "the head has no end";
    const std::string_view line = head.substr(at, end - at);
    at = end + 2;
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      return "a CR, an LF or a NUL inside of a line";
    if (line.empty()) break;
    if (lines == 0) {
      const std::string text = std::string(request.method) + ' ' + std::string(request.target);
      if (line.substr(0, text.size()) != text || line.size() != text.size() + 9)
        return "the first line is not what was read of it";
      if ((line.substr(text.size()) == " HTTP/1.0") != request.http_1_0) return "the version";
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return "a field without a name";
    std::string name(line.substr(0, colon));
    for (char& c : name) {
      if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return "a blank in a name";
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    std::string value;
    for (const char c : line.substr(colon + 1))
      if (c != ' ' && c != '\t') value += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    ++count[name];
    value_of[name] = value;
  }
  if (lines == 0) return "an empty head";
  if (at != head.size()) return "the head ends somewhere else";
  if (count["host"] > 1 || (count["host"] == 0 && !request.http_1_0)) return "not one host";
  if (count["content-length"] + count["transfer-encoding"] > 1) return "two lengths";
  if (request.chunked != (value_of["transfer-encoding"] == "chunked")) return "chunked or not?";
  if (request.chunked && request.http_1_0) return "chunked in 1.0";
  if (count["transfer-encoding"] == 1 && !request.chunked) return "another coding";
  std::string digits = value_of["content-length"];
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits != (request.content_length > 0 ? std::to_string(request.content_length) : ""))
    return "another length";
  return "";
}

inline bool same(const http::Parsed& a, const http::Parsed& b) {
  const http::Request &r = a.request, &s = b.request;
  if (a.kind != b.kind || a.status != b.status || r.method != s.method) return false;
  if (a.kind != http::Parsed::Kind::request) return true;
  return r.target == s.target && r.path == s.path && r.fields == s.fields &&
         r.head_size == s.head_size && r.content_length == s.content_length &&
         r.chunked == s.chunked && r.http_1_0 == s.http_1_0 && r.keep_alive == s.keep_alive &&
         r.expects_continue == s.expects_continue && r.has_conditions == s.has_conditions;
}

/// Gives what is wrong, or nothing.
inline std::string check_head(std::string_view input, const http::Limits& limits = {}) {
  using Kind = http::Parsed::Kind;
  const Piece all(input);
  const std::string_view bytes = all.bytes();
  const http::Parsed whole = parse(bytes, limits);

  // Of every beginning: not decided yet, or decided as the whole is, and once for all. (Not all of
  // them each time: there are many runs, and each has other cuts.)
  Cuts cuts(bytes, 1 + bytes.size() / 8);
  bool decided = false;
  for (std::size_t n = 0; n < bytes.size(); n += cuts.next()) {
    const Piece part(bytes.substr(0, n));
    const http::Parsed early = parse(part.bytes(), limits);
    if (early.kind == Kind::need_more) {
      if (decided) return "more bytes made it forget its answer";
      continue;
    }
    decided = true;
    if (!same(early, whole))
      return "after " + std::to_string(n) + " bytes the answer is another one than after all";
  }
  if (decided && whole.kind == Kind::need_more) return "it forgot its answer";
  if (whole.kind == Kind::need_more)
    return bytes.size() >= limits.head ? "it wants more than it may" : "";
  if (whole.kind == Kind::error) {
    for (const int status : {400, 414, 417, 431, 501, 505})
      if (whole.status == status) return "";
    return "no such error: " + std::to_string(whole.status);
  }
  const http::Request& request = whole.request;
  if (request.head_size > bytes.size() || request.head_size > limits.head) return "a head too long";
  for (const std::string_view view : {request.method, request.target})
    if (view.data() < bytes.data() || view.data() + view.size() > bytes.data() + request.head_size)
      return "a view of something else than the head";
  if (request.target.size() > limits.target) return "a target too long";
  if (request.path.empty()) return "no path";
  return misread(bytes.substr(0, request.head_size), request);
}

}  // namespace book::fuzz
