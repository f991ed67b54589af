// A crawl of a site in the same process, for tests.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/now.h"
#include "19_web_crawler/crawler.h"
#include "19_web_crawler/site.h"

namespace book::crawl {

inline Url url_of(std::string_view text) { return parse_url(text).url; }

struct Crawl {
  explicit Crawl(std::string_view start = "http://a/") { options.start.push_back(url_of(start)); }

  /// To its end. The crawler stays, with what it knows.
  Async<> run() {
    client.emplace(site.dial(), client_options);
    politeness.emplace(polite);
    crawler.emplace(options, *client, *politeness, *observer);
    begin = now();
    auto running = crawler->run();
    co_await std::move(running);
    ms = (now() - begin) / std::chrono::milliseconds(1);
  }
  /// "200 fetched", "404 broken: HTTP 404"; "unknown".
  std::string of(std::string_view url) const {
    constexpr const char* kWords[] = {"not asked for", "fetched", "redirect", "broken",
                                      "forbidden"};
    const Frontier& pages = crawler->pages();
    for (PageId id = 0; id < pages.known(); ++id) {
      const Page& page = pages.page(id);
      if (page.url.key() != url_of(url).key()) continue;
      return fmt::format("{} {}{}{}", page.status, kWords[static_cast<int>(page.outcome)],
                         page.note.empty() ? "" : ": ", page.note);
    }
    return "unknown";
  }
  /// What was asked for, and when: "/a 0, /b 10".
  std::string requests() const {
    std::string all;
    for (const Site::Request& request : site.requests())
      all += fmt::format("{}{} {}", all.empty() ? "" : ", ", request.url.substr(7),
                         (request.at - begin) / std::chrono::milliseconds(1));
    return all;
  }

  Site site;
  CrawlOptions options;
  ClientOptions client_options;
  PoliteOptions polite;
  CrawlObserver nobody;
  CrawlObserver* observer = &nobody;
  Instant begin;
  long ms = 0;
  std::optional<HttpClient> client;
  std::optional<Politeness> politeness;
  std::optional<Crawler> crawler;
};

}  // namespace book::crawl
