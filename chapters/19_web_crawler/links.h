// The links of a page: what a browser would follow or fetch, found without building a tree.
//
//     <a href="b.html#top">     <img src=c.png>     <base href="/d/">     <!-- <a href=no> -->
//
// One pass over the bytes, from tag to tag. What it has to know of HTML for that: comments, quotes,
// and the elements whose content is no markup (script, style, textarea, title ...). It is plain:
// strings in, strings out, no page can make it slow or make it throw. Chapter 19 explains it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace book::crawl {

struct PageLinks {
  std::vector<std::string> links;  ///< as they stand in the page, entities read; in their order
  std::string base;                ///< of <base href>, the first; empty: the page's own address
  bool more = false;               ///< there were more than kMostLinks
};

/// A page with more of them is not searched to its end.
inline constexpr std::size_t kMostLinks = 2000;

/// `html` in UTF-8, or any encoding in which ASCII is ASCII.
[[nodiscard]] PageLinks find_links(std::string_view html);

/// "&amp;" is "&": the value of an attribute as it is meant. Names other than the dozen that
/// addresses use stay as they are.
[[nodiscard]] std::string without_entities(std::string_view text);

}  // namespace book::crawl
