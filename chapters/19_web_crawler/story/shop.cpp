#include "19_web_crawler/story/shop.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace book::story {

using namespace std::chrono_literals;
using namespace crawl;

void open_shop(Site& site) {
  const std::string host = "http://shop.example";
  site.add(host + "/robots.txt",
           {.body = "User-agent: *\nDisallow: /till/\n", .type = "text/plain", .takes = 10ms});
  site.add(host + "/", {.body = "<title>Shop</title><a href=a/>A</a> <a href='b/'>B</a> "
                                "<a href=\"c/\">C</a> <a href=about#team>We</a> "
                                "<a href='/About/../about'>Us</a> <a href=old>News</a> "
                                "<a href=till/open>Till</a> <a href=//SHOP.example:80/>Home</a>",
                        .takes = 20ms});
  site.add(host + "/about",
           {.body = "<a href=lost>Team</a> <a href=https://elsewhere.example/>", .takes = 30ms});
  site.add(host + "/old", {.status = 301, .fields = "Location: /new/\r\n", .takes = 10ms});
  site.add(host + "/new/", {.body = "<a href=today>Today</a>", .takes = 20ms});
  site.add(host + "/new/today", {.body = "Nothing new.", .takes = 20ms});
  for (const char shelf : {'a', 'b', 'c'}) {
    std::string links;
    for (int i = 1; i <= 10; ++i) {
      links += fmt::format("<a href={}>{}</a> ", i, i);
      site.add(fmt::format("{}/{}/{}", host, shelf, i),
               {.body = "<a href=./>Shelf</a> <a href=/>Home</a>", .takes = 40ms + i % 3 * 10ms});
    }
    site.add(fmt::format("{}/{}/", host, shelf), {.body = links, .takes = 30ms});
  }
}

ShopCrawl::ShopCrawl() {
  open_shop(site);
  options.start.push_back(parse_url("http://shop.example/").url);
}

Async<> ShopCrawl::run(CrawlObserver& observer) {
  client.emplace(site.dial(), ClientOptions{});
  politeness.emplace(polite);
  crawler.emplace(options, *client, *politeness, observer);
  auto running = crawler->run();
  co_await std::move(running);
}

}  // namespace book::story
