// A long page begins with its contents: a link to each of its parts, before the first of them.
#include <fmt/format.h>

#include <algorithm>

#include "docs/pages.h"

namespace book::docs {

std::vector<Problem> check_contents(const Page& page) {
  constexpr std::size_t kLong = 300;
  const auto is_part = [](const Heading& heading) { return heading.level == 2; };
  const auto first = std::find_if(page.headings.begin(), page.headings.end(), is_part);

  std::vector<Problem> problems;
  if (page.prose.size() <= kLong || first == page.headings.end()) return problems;
  for (const Heading& heading : page.headings) {
    if (!is_part(heading)) continue;
    const auto leads_there = [&](const Link& link) {
      return link.line < first->line && link.target == "#" + heading.anchor;
    };
    if (std::none_of(page.links.begin(), page.links.end(), leads_there)) {
      problems.push_back({fmt::format("{}:{}", page.file.string(), heading.line),
                          fmt::format("the contents at the head of this long page lack "
                                      "[{}](#{})",
                                      heading.text, heading.anchor)});
    }
  }
  return problems;
}

}  // namespace book::docs
