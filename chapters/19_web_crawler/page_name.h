// page_name(url): where a page is saved, below the folder of the crawl.
//
//     http://a.example/           a.example/index.html
//     http://a.example/b          a.example/b.html           a file has a dot in its name, a folder
//     http://a.example/b/c?x=1    a.example/b/c@x%3d1.html   has none, or ends in '%': b and b/c
//     http://a.example/v1.2/d     a.example/v1.2%/d.html     never want the same name
//
// The name of a file is made by a stranger. So only letters, digits, and - _ . @ % stand in it, and
// no slash but our own; it begins with no dot; all else is %xx. (Chapter 19)
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "19_web_crawler/url.h"

namespace book::crawl {

/// The longest part of a name between two slashes: file systems end at 255 bytes. A longer one is
/// cut, and ends in a hash of the whole, and in what would have stood behind it: a file has a dot.
inline constexpr std::size_t kMostName = 120;

/// The list of the pages, beside the folders of the hosts: no host's folder has that name.
inline constexpr std::string_view kPageList = "crawl.jsonl";

/// `html`: false keeps the name's own end, "logo.png"; one without gets ".data".
[[nodiscard]] std::string page_name(const Url& url, bool html = true);

}  // namespace book::crawl
