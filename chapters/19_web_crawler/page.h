// Page: what the crawl knows of one address: where it was found, what became of it, and what it
// leads to. (Chapter 19)
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "19_web_crawler/url.h"

namespace book::crawl {

/// The place of a page in the frontier.
using PageId = std::size_t;

enum class Outcome : std::uint8_t {
  none,       ///< not asked for: too deep, one too many, or the crawl was stopped before
  fetched,    ///< it is there
  redirect,   ///< it has another address: Page::redirect, or note says why we did not go there
  broken,     ///< note says why
  forbidden,  ///< by robots.txt
};

struct Page {
  Url url;
  int depth = 0;  ///< how many links from a start
  int hops = 0;   ///< how many redirects have led here
  Outcome outcome = Outcome::none;
  int status = 0;    ///< of the last answer; 0: there was none
  std::string note;  ///< in words, for people
  std::string file;  ///< where it was saved
  std::uint64_t bytes = 0;
  int attempts = 0;
  std::optional<PageId> redirect;
  std::vector<PageId> links;  ///< each once
  /// Why links are not followed, and how many of them: "https", "the name of a host that is not
  /// ASCII".
  std::map<std::string, std::size_t> not_looked_at;
};

/// Without control characters, for a terminal obeys them, and a note may quote a stranger.
[[nodiscard]] inline std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return text;
}

}  // namespace book::crawl
