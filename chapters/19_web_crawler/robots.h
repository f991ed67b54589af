// robots.txt: what a site asks crawlers to leave alone. RFC 9309.
//
//     User-agent: async-book            a group: for whom
//     User-agent: other
//     Disallow: /private/               the longest rule that fits decides;
//     Allow: /private/open.html$        of two equally long ones, Allow
//
// It is a request, and no lock. A crawler that does not read it is soon shut out by the site.
// Chapter 19 explains it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace book::crawl {

class Robots {
 public:
  /// What is longer is not read: the site does not decide how long our matching takes. (RFC 9309
  /// wants 500 KiB to be read at least. A line that is cut there counts for nothing.)
  static constexpr std::size_t kMostBytes = 500 * 1024, kMostRules = 1000, kMostPattern = 256;

  /// Everything is allowed.
  Robots() = default;
  /// Nothing is: the site has a robots.txt, and cannot give it to us at the moment.
  static Robots nothing_allowed();
  /// The groups for `agent` (lower case), all of them; if there is none, those for '*'.
  static Robots parse(std::string_view text, std::string_view agent);

  /// `target`: a path, with its query. /robots.txt itself is always allowed.
  bool allows(std::string_view target) const;

 private:
  struct Rule {
    std::string pattern;
    bool allow;
  };
  std::vector<Rule> rules_;
};

/// Does the pattern fit the beginning of the target? '*' stands for anything, '$' for the end.
[[nodiscard]] bool robots_match(std::string_view pattern, std::string_view target);

}  // namespace book::crawl
