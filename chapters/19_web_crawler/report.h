// The report: what is broken, and in which pages the links to it stand. (Chapter 19)
#pragma once

#include <cstddef>
#include <string>

#include "19_web_crawler/frontier.h"

namespace book::crawl {

struct Totals {
  std::size_t fetched = 0, redirects = 0, broken = 0, forbidden = 0, not_asked_for = 0;
};
[[nodiscard]] Totals totals_of(const Frontier& pages);

/// A page that redirects is as good as where it leads: the reason when that is broken, or when it
/// leads in a circle. Empty: it is not broken.
[[nodiscard]] std::string trouble_of(const Frontier& pages, PageId id);

/// Many lines: a heading a page that has broken links, and the links; then the totals.
[[nodiscard]] std::string report_of(const Frontier& pages);

}  // namespace book::crawl
