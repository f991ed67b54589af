// Exercise 3: a new route. GET /hello/NAME greets NAME.
//
//     /hello/Grace%20Hopper  --decode-->  Grace Hopper   --escape-->  Grace Hopper
//     /hello/a%3Cb           --decode-->  a<b            --escape-->  a&lt;b
//
// A path is what a stranger typed. It is encoded, so that it fits into a request; and what is
// inside may be anything, also HTML. Both have to be dealt with, in the right order.
//
// Run its test with: make exercise CHAPTER=20
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace book::http {

/// What a hexadecimal digit is worth; -1 when it is none.
inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Undoes percent-encoding, once: "Grace%20Hopper" is "Grace Hopper". Nothing when a '%' is not
/// followed by two hexadecimal digits. Everything else stands for itself, a '+' too.
inline std::optional<std::string> decoded(std::string_view text) {
  // TODO: go through `text` and build the plain one. A '%' and two digits are one character:
  // hex_digit(high) * 16 + hex_digit(low).
  return std::string(text);
}

/// Makes HTML of plain text: & < > " ' become &amp; &lt; &gt; &quot; &#39;
inline std::string escaped(std::string_view text) {
  // TODO: five characters mean something in HTML. Write each as what stands for it.
  return std::string(text);
}

inline std::string hello_page(std::string_view html_name) {
  std::string page = "<!DOCTYPE html>\n<title>Hello</title>\n<h1>Hello, ";
  page += html_name;
  page += "!</h1>\n";
  return page;
}

/// The page for GET /hello/NAME. Nothing for any other path, for an empty name, for one with a
/// slash in it, and for one that is badly encoded: those are 404.
inline std::optional<std::string> greeting(std::string_view path) {
  // TODO: is it /hello/ and a name without a slash? Then hello_page() of that name, decoded and
  // escaped.
  (void)path;
  return std::nullopt;
}

}  // namespace book::http
