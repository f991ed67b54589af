#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "10_spawning/join_set.h"
#include "12_sync/semaphore.h"
#include "19_web_crawler/links.h"
#include "19_web_crawler/progress.h"
#include "19_web_crawler/story/parts.h"
#include "19_web_crawler/story/shop.h"
#include "common/program/narrator.h"

namespace book::story {

using namespace std::chrono_literals;
using namespace crawl;

Async<> one_page(Instant start) {
  Site site;
  open_shop(site);
  HttpClient client(site.dial(), {});
  const Url url = parse_url("http://shop.example/").url;
  auto getting = client.get(url);
  const Answer answer = co_await std::move(getting);
  say(start, fmt::format("{}: {}, {} bytes of {}", url.to_string(), answer.status,
                         answer.body.size(), answer.type));
  for (const std::string& link : find_links(answer.body).links)
    fmt::print("              {:18} {}\n", link, resolve_url(url, link).url.key());
}

Async<> the_same_crawl(Instant start) {
  Instant begin = start;
  for (const std::size_t at_once : {1, 2, 4, 8}) {
    ShopCrawl shop;
    shop.polite = {.all = at_once, .a_host = at_once};
    CrawlObserver nobody;
    auto running = shop.run(nobody);
    co_await std::move(running);
    fmt::print("    {} at once: {:4} ms; requests {}, connections {}, under way at most {}\n",
               at_once, elapsed_ms(begin), shop.site.requests().size(),
               shop.client->connections_made(), shop.site.most_at_once());
    begin += std::chrono::milliseconds(elapsed_ms(begin));
  }
}

namespace {

/// The limit is a local of the page: so each page has one of its own.
Async<> crawl_with_five(HttpClient& client, Url url, int depth) {
  auto getting = client.get(url);
  const Answer answer = co_await std::move(getting);
  if (depth == 0) co_return;
  Semaphore five(5);
  auto one = [](HttpClient& client, Semaphore& five, Url url, int depth) -> Async<> {
    const Permit permit = co_await five.acquire();
    auto crawling = crawl_with_five(client, std::move(url), depth);
    co_await std::move(crawling);
  };
  JoinSet<void> pages;
  for (const std::string& link : find_links(answer.body).links) {
    UrlResult to = resolve_url(url, link);
    if (to) pages.spawn(one(client, five, std::move(to.url), depth - 1));
  }
  co_await pages.join_all();
}

}  // namespace

Async<> the_limit_in_the_wrong_place(Instant start) {
  Site site;
  open_shop(site);
  HttpClient client(site.dial(), {});
  auto crawling = crawl_with_five(client, parse_url("http://shop.example/").url, 2);
  co_await std::move(crawling);
  say(start, fmt::format("\"five at once\": at most {} were under way", site.most_at_once()));
}

Async<> a_host_that_has_enough(Instant start) {
  ShopCrawl shop;
  shop.options.start = {parse_url("http://shop.example/c/").url,
                        parse_url("http://busy.example/").url};
  shop.options.robots = false;
  shop.options.depth = 1;
  shop.polite.interval = 100ms;
  const std::string enough =
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n";
  shop.site.add("http://busy.example/", {.body = "<a href=1>1</a> <a href=2>2</a>"});
  shop.site.add("http://busy.example/1", {.failures = 1, .failure = enough});
  shop.site.add("http://busy.example/2", {.body = "2"});
  CrawlObserver nobody;
  auto running = shop.run(nobody);
  co_await std::move(running);
  std::string others;
  for (const Site::Request& request : shop.site.requests()) {
    const long ms = (request.at - start) / 1ms;
    if (request.url.starts_with("http://busy."))
      fmt::print("    {:4} ms  {}\n", ms, request.url);
    else
      others += fmt::format(" {}", ms);
  }
  fmt::print("    and shop.example, at{} ms\n", others);
}

namespace {

/// A line a page, on stdout.
struct Teller : CrawlObserver {
  explicit Teller(Instant start) : start(start) {}
  void ended(const Page& page) override {
    if (page.url.path.size() < 4 && page.url.path != "/") return;  // the shelves
    if (page.url.path.starts_with("/a/") || page.url.path.starts_with("/b/") ||
        page.url.path.starts_with("/c/"))
      return;
    say(start, fmt::format("depth {}: {}", page.depth, page_line(page)));
  }
  Instant start;
};

}  // namespace

Async<> which_pages(Instant start) {
  ShopCrawl shop;
  shop.polite.all = 1;
  Teller teller(start);
  auto running = shop.run(teller);
  co_await std::move(running);
}

}  // namespace book::story
