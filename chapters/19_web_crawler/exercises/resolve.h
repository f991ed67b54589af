// Exercise 1: what a link means in the page that it stands in. RFC 3986, section 5.
//
//     the page    http://a/b/c/d;p?q
//     g           http://a/b/c/g          beside the page: its folder is /b/c/
//     /g          http://a/g              from the top of its host
//     //g         http://g                another host, the same scheme
//     ?y          http://a/b/c/d;p?y      the page itself, another query
//     #s          http://a/b/c/d;p?q#s    a place in the page
//     (nothing)   http://a/b/c/d;p?q      the page
//     ../g        http://a/b/g            one folder up, and at the top no further
//     http://x/y  http://x/y              it says all itself; its dots go all the same
//
//     the page    http://a
//     g           http://a/g              a page without a path is the top of its host
//
//   - Of the page, the fragment never counts.
//   - "." and ".." are folders: they leave a slash behind.
//   - Between two slashes is a segment, too, and it stays: g//h is not g/h.
//   - A slash or a dot in a query or a fragment means nothing.
#pragma once

#include <string>
#include <string_view>

namespace book::exercise {

/// An address in pieces. Put together again, they are the address.
struct Pieces {
  std::string_view scheme;    // "http:"
  std::string_view host;      // "//a", with its slashes
  std::string_view path;      // "/b/c/d;p"
  std::string_view query;     // "?q", with its mark
  std::string_view fragment;  // "#s", with its mark
};

/// This one is done: what is not there is empty.
inline Pieces split(std::string_view text) {
  Pieces pieces;
  auto take = [&](std::string_view& piece, std::size_t size) {
    piece = text.substr(0, size);
    text.remove_prefix(piece.size());
  };
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon != text.npos && colon > 0 && text[colon] == ':') take(pieces.scheme, colon + 1);
  if (text.starts_with("//")) take(pieces.host, text.find_first_of("/?#", 2));
  take(pieces.path, text.find_first_of("?#"));
  take(pieces.query, text.find('#'));
  pieces.fragment = text;
  return pieces;
}

/// What `reference` means in the page at `page`, which is an absolute http address.
inline std::string resolve(std::string_view page, std::string_view reference) {
  // TODO: this one takes every link for an address that says all itself.
  (void)page;
  return std::string(reference);
}

}  // namespace book::exercise
