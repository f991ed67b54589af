#include "19_web_crawler/report.h"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace book::crawl {
namespace {

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string trouble_of(const Frontier& pages, PageId id) {
  for (std::size_t hops = 0; hops <= 100; ++hops) {
    const Page& page = pages.page(id);
    if (page.outcome == Outcome::broken) return page.note;
    if (page.outcome != Outcome::redirect || !page.redirect) return "";
    id = *page.redirect;
  }
  return "redirects in a circle";
}

Totals totals_of(const Frontier& pages) {
  Totals totals;
  for (PageId id = 0; id < pages.known(); ++id) {
    const Page& page = pages.page(id);
    if (!trouble_of(pages, id).empty())
      ++totals.broken;
    else if (page.outcome == Outcome::fetched)
      ++totals.fetched;
    else if (page.outcome == Outcome::redirect)
      ++totals.redirects;
    else
      ++(page.outcome == Outcome::forbidden ? totals.forbidden : totals.not_asked_for);
  }
  return totals;
}

std::string report_of(const Frontier& pages) {
  std::string text;
  std::map<std::string, std::size_t> not_looked_at;
  for (PageId id = 0; id < pages.known(); ++id) {
    const Page& page = pages.page(id);
    std::string lines;
    if (const std::string trouble = trouble_of(pages, id); page.depth == 0 && !trouble.empty())
      lines += fmt::format("  itself: {}\n", printable(trouble));
    for (const PageId link : page.links)
      if (const std::string trouble = trouble_of(pages, link); !trouble.empty())
        lines += fmt::format("  {}: {}\n", pages.page(link).url.to_string(), printable(trouble));
    if (!lines.empty()) text += page.url.to_string() + '\n' + lines;
    for (const auto& [why, count] : page.not_looked_at) not_looked_at[why] += count;
  }
  const Totals totals = totals_of(pages);
  text += fmt::format("{} fetched, {}, {} broken", counted(totals.fetched, "page"),
                      counted(totals.redirects, "redirect"), totals.broken);
  if (totals.forbidden > 0) text += fmt::format(", {} forbidden by robots.txt", totals.forbidden);
  if (totals.not_asked_for > 0) text += fmt::format(", {} not asked for", totals.not_asked_for);
  text += '\n';
  if (pages.is_full()) text += "There were more pages: --max-pages ended it.\n";
  for (const auto& [why, count] : not_looked_at)
    text += fmt::format("Not looked at: {}: {}\n", counted(count, "link"), printable(why));
  return text;
}

}  // namespace book::crawl
