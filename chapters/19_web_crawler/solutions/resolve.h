// Exercise 1, the book's answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book::exercise {

/// An address in pieces. Put together again, they are the address.
struct Pieces {
  std::string_view scheme;    // "http:"
  std::string_view host;      // "//a", with its slashes
  std::string_view path;      // "/b/c/d;p"
  std::string_view query;     // "?q", with its mark
  std::string_view fragment;  // "#s", with its mark
};

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

inline std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool is_folder = false;
  while (!path.empty()) {
    path.remove_prefix(path.starts_with('/'));  // a page without a path gives none
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    is_folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!is_folder) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) out += "/" + std::string(segment);
  return is_folder ? out + "/" : out;
}

inline std::string resolve(std::string_view page, std::string_view reference) {
  const Pieces base = split(page), to = split(reference);
  const bool says_all = !to.scheme.empty();
  std::string out(says_all ? to.scheme : base.scheme);
  std::string path;
  std::string_view query = to.query;
  if (says_all || !to.host.empty()) {
    out += to.host;
    path = std::string(to.path);
    if (path.starts_with('/')) path = without_dots(to.path);  // mailto:you has no top
  } else {
    out += base.host;
    if (to.path.empty()) {
      path = base.path;
      if (to.query.empty()) query = base.query;
    } else if (to.path.starts_with('/')) {
      path = without_dots(to.path);
    } else {
      const std::string_view folder = base.path.substr(0, base.path.rfind('/') + 1);
      path = without_dots(std::string(folder) + std::string(to.path));
    }
  }
  return out + path + std::string(query) + std::string(to.fragment);
}

}  // namespace book::exercise
