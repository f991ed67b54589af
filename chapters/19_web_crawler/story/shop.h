// The site of the story: a shop of some forty pages, and a second host with a temper.
#pragma once

#include "19_web_crawler/crawler.h"
#include "19_web_crawler/site.h"

namespace book::story {

/// http://shop.example/: a home page, three shelves of ten pages, and some troubles.
void open_shop(crawl::Site& site);

/// A crawl of it to its end; what each page has become is in crawler.pages() afterwards.
struct ShopCrawl {
  crawl::Site site;
  crawl::CrawlOptions options;
  crawl::PoliteOptions polite;
  std::optional<crawl::HttpClient> client;
  std::optional<crawl::Politeness> politeness;
  std::optional<crawl::Crawler> crawler;

  ShopCrawl();
  Async<> run(crawl::CrawlObserver& observer);
};

}  // namespace book::story
