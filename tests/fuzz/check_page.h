// What must hold of the parsers that read a stranger's page, whatever the bytes.
#pragma once

#include <string>
#include <string_view>

#include "19_web_crawler/links.h"
#include "19_web_crawler/robots.h"
#include "19_web_crawler/url.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

/// An address that was accepted, written and read once more, is the same; and nothing in it could
/// end a line of a request, or leave the path.
inline std::string check_url(std::string_view text, const crawl::Url& base) {
  const crawl::UrlResult first = crawl::resolve_url(base, text);
  if (!first) return first.why.empty() ? "refused without a reason" : "";
  const std::string written = first.url.to_string();
  for (const char c : written)
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f)
      return "a byte that no request may have: " + written;
  if (written.size() > crawl::kMostUrl) return "an address that is too long";
  if (first.url.host.empty()) return "no host";
  if (!first.url.path.starts_with('/')) return "a path without its slash";
  const std::string path = first.url.path + '/';
  if (path.find("/../") != path.npos || path.find("/./") != path.npos) return "dots in " + path;
  const crawl::UrlResult again = crawl::parse_url(written);
  if (!again || again.url.to_string() != written) return "read again it is another: " + written;
  if (again.url.key() != first.url.key()) return "read again it has another key: " + written;
  const crawl::UrlResult of_key = crawl::parse_url(first.url.key());
  if (of_key && of_key.url.key() != first.url.key()) return "the key of the key is another";
  return "";
}

inline std::string check_page(std::string_view input) {
  const Piece piece(input);
  const crawl::Url base{.host = "h", .port = 80, .path = "/a/b", .query = {}, .fragment = {}};
  if (std::string wrong = check_url(piece.bytes(), base); !wrong.empty()) return wrong;
  const crawl::PageLinks page = crawl::find_links(piece.bytes());
  std::size_t bytes = page.base.size();
  for (const std::string& link : page.links) {
    bytes += link.size();
    if (std::string wrong = check_url(link, base); !wrong.empty()) return wrong;
  }
  if (bytes > input.size()) return "more links than page";
  const crawl::Robots robots = crawl::Robots::parse(piece.bytes(), "async-book");
  if (!robots.allows("/robots.txt")) return "robots.txt is always allowed";
  (void)robots.allows(std::string_view(input).substr(0, 200));
  return "";
}

}  // namespace book::fuzz
