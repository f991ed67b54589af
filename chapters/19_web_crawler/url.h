// Url: an http:// address out of a page, made absolute and written in one way.
//
//     http://Example.org:80/a/./b?q#part      what stands in the page
//     http:// example.org   /a/b  ?q          what is asked for: no default port, no dots
//             host  port    path   query  fragment: for people, never sent
//
// What pages contain is not what RFC 3986 allows: blanks, backslashes, umlauts. So this does what
// browsers do with http addresses. Where it cannot, it refuses with one line: names and passwords
// (user@host), names of hosts that are not ASCII, and numbers other than 1.2.3.4 for a host.
// Chapter 19 explains it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace book::crawl {

struct Url {
  std::string host;  ///< lower case; an IPv6 address stands in brackets
  std::uint16_t port = 80;
  std::string path = "/";               ///< begins with '/', percent-encoded, without dot segments
  std::optional<std::string> query;     ///< without the '?'
  std::optional<std::string> fragment;  ///< without the '#'

  /// "example.org:8080", without the port where it is 80: for the Host field, and for people.
  std::string authority() const;
  /// What a request asks for: the path, and the query if there is one.
  std::string target() const;
  /// All of it, in the one way in which it is written.
  std::string to_string() const;
  /// Two addresses of one page have the same key: no fragment, no needless %XX. The slash at the
  /// end stays, for many servers redirect from one to the other.
  std::string key() const;
};

/// What became of a text that should be an address.
struct UrlResult {
  enum class Kind {
    url,      ///< an http address
    other,    ///< another scheme, in `why`: "https", "mailto"
    refused,  ///< `why` says what is wrong with it
  };
  Kind kind = Kind::refused;
  Url url;
  std::string why;

  explicit operator bool() const noexcept { return kind == Kind::url; }
};

/// Longer addresses are refused: a site that makes them up could go on forever.
inline constexpr std::size_t kMostUrl = 2000;

/// An absolute address.
[[nodiscard]] UrlResult parse_url(std::string_view text);
/// What `reference` means in the page at `base`: RFC 3986, section 5.
[[nodiscard]] UrlResult resolve_url(const Url& base, std::string_view reference);

}  // namespace book::crawl
