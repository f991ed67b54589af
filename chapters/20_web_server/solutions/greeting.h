// GET /hello/NAME: the book's answer to exercise 3.
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
/// followed by two hexadecimal digits.
inline std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

/// Makes HTML of plain text: & < > " ' become &amp; &lt; &gt; &quot; &#39;
inline std::string escaped(std::string_view text) {
  std::string html;
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
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
  constexpr std::string_view kRoute = "/hello/";
  if (!path.starts_with(kRoute)) return std::nullopt;
  const std::string_view name = path.substr(kRoute.size());
  if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  const std::optional<std::string> plain = decoded(name);
  if (!plain) return std::nullopt;
  return hello_page(escaped(*plain));
}

}  // namespace book::http
