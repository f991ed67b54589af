// What a host's robots.txt allows, asked for once, before the first of its pages.
#include <optional>
#include <string>
#include <utility>

#include "19_web_crawler/crawler.h"

namespace book::crawl {

Async<bool> Crawler::may_fetch(Page& page) {
  const Url url = page.url;
  const auto loading = [this, url] { return load_rules(url); };
  auto waiting = rules_[url.authority()].get_or_init(loading);
  const Rules* rules = co_await waiting;
  if (stop_.is_cancelled()) co_return false;
  if (!rules->trouble.empty()) {
    page.outcome = Outcome::broken;
    page.note = rules->trouble;
  } else if (!rules->robots.allows(url.target())) {
    page.outcome = Outcome::forbidden;
    page.note = "robots.txt forbids it";
  }
  co_return page.outcome == Outcome::none;
}

/// RFC 9309: there is none, so all is allowed; it cannot be had, so nothing is. Five redirects.
Async<Crawler::Rules> Crawler::load_rules(Url url) {
  Page asked;
  asked.url = url;
  asked.url.path = "/robots.txt";
  asked.url.query.reset();
  for (int hops = 0; hops <= 5; ++hops) {
    auto fetching = fetch(asked, What::robots);
    const std::optional<Fetched> fetched = co_await std::move(fetching);
    if (!fetched) {
      // Without an answer it is the host that cannot be had; with one, its robots.txt.
      Rules none{Robots::nothing_allowed(), asked.note};
      if (asked.status != 0) none.trouble = "robots.txt cannot be had: " + asked.note;
      co_return none;
    }
    const Answer& answer = fetched->answer;
    if (answer.status / 100 == 2) {
      const std::string agent = "async-book";
      co_return Rules{Robots::parse(answer.body, agent), ""};
    }
    if (answer.status / 100 != 3) co_return Rules{};
    const UrlResult to = resolve_url(asked.url, answer.location);
    if (!to) break;
    asked.url = to.url;
  }
  co_return Rules{};
}

}  // namespace book::crawl
