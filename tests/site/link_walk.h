// What a page of the site links to, what it asks for by itself, and its anchors: enough HTML for
// what the site's own tool writes, where each attribute is quoted but for the numbers of lines
// (id=L12).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace book::site {

struct Links {
  std::set<std::string> targets;  ///< "17_io.html#run", without those of other sites
  std::set<std::string> outside;  ///< "https://..."
  std::set<std::string> asked;    ///< what a browser fetches by itself: scripts, styles, images
  std::set<std::string> anchors;
};

Links links_of(std::string_view html);

/// "src/a/../b.html" from the page src/c/d.html is "src/c/src/b.html".
std::string resolve(const std::string& page, const std::string& target);

/// Begins at "index.html" and follows every link. `read` gives a page's text, or nothing when there
/// is none. Says what leads nowhere, one line each, and which pages it has seen.
struct Walk {
  std::set<std::string> pages;
  std::vector<std::string> problems;
};
Walk walk(const std::function<bool(const std::string& path, std::string& text)>& read);

}  // namespace book::site
