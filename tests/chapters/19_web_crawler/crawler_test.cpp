// A crawl: which pages, in which order, and what becomes of troubles. (Chapter 19)
#include "19_web_crawler/crawler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "02_timer_future/sleep.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "19_web_crawler/report.h"
#include "chapters/19_web_crawler/crawl.h"
#include "support/async_test.h"

namespace book::crawl {
namespace crawler_test {

using namespace std::chrono_literals;

ASYNC_TEST(Crawler, FetchesEachPageOnceByWhateverNameItIsCalled) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.site.add("http://a/", {"<a href=b><a href=/b#x><a href=./c/../b><a href='%62'><a href=/>"});
  crawl.site.add("http://a/b", {"<a href='http://A:80/'><a href=b#y>"});
  co_await crawl.run();
  EXPECT_EQ(crawl.requests(), "a/ 0, a/b 0");
  EXPECT_EQ(crawl.of("http://a/b"), "200 fetched");
}

ASYNC_TEST(Crawler, GoesToTheDepthThatItWasGivenAndNoFurther) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.depth = 2;
  crawl.site.add("http://a/", {"<a href=1>"});
  crawl.site.add("http://a/1", {"<a href=2>"});
  crawl.site.add("http://a/2", {"<a href=3>"});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/2"), "200 fetched");
  EXPECT_EQ(crawl.of("http://a/3"), "0 not asked for");
}

// /far is first found at depth 2, by a quick page; then at depth 1, by a slow one.
ASYNC_TEST(Crawler, AShorterWayThatComesLateOpensWhatLiesBehind) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.depth = 3;
  crawl.site.add("http://a/", {"<a href=quick><a href=slow>"});
  crawl.site.add("http://a/quick", {"<a href=q2>"});
  crawl.site.add("http://a/q2", {"<a href=far>"});
  crawl.site.add("http://a/far", {"<a href=behind>"});
  crawl.site.add("http://a/slow", {.body = "<a href=far>", .takes = 1s});
  crawl.site.add("http://a/behind", {"here"});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/behind"), "200 fetched") << "two links from /slow, three in all";
}

ASYNC_TEST(Crawler, StaysOnItsHostUnlessItIsTold) {
  for (const Same same : {Same::host, Same::origin, Same::any}) {
    Crawl crawl;
    crawl.options.robots = false;
    crawl.options.same = same;
    crawl.site.add("http://a/",
                   {"<a href=//b/><a href=//a:81/><a href=https://a/><a href=mailto:x>"});
    crawl.site.add("http://b/", {""});
    crawl.site.add("http://a:81/", {""});
    co_await crawl.run();
    EXPECT_EQ(crawl.of("http://a:81/") != "unknown", same != Same::origin);
    EXPECT_EQ(crawl.of("http://b/") != "unknown", same == Same::any);
    const Page& start = crawl.crawler->pages().page(0);
    const std::map<std::string, std::size_t> others{{"https", 1}, {"mailto", 1}};
    EXPECT_EQ(start.not_looked_at, others);
  }
}

ASYNC_TEST(Crawler, RedirectsAreAddressesLikeAnyOther) {
  Crawl crawl;
  crawl.options.robots = false;
  auto to = [](const char* where, int status = 302) {
    return SitePage{.status = status, .fields = fmt::format("Location: {}\r\n", where)};
  };
  crawl.site.add("http://a/",
                 {"<a href=old><a href=round><a href=away><a href=none><a href=chain0>"});
  crawl.site.add("http://a/old", to("/new/", 301));
  crawl.site.add("http://a/new/", {"<a href=x>"});
  crawl.site.add("http://a/new/x", {"resolved against where the page really is"});
  crawl.site.add("http://a/round", to("around"));
  crawl.site.add("http://a/around", to("round"));
  crawl.site.add("http://a/away", to("http://elsewhere/"));
  crawl.site.add("http://a/none", {.status = 302});
  for (int i = 0; i < 30; ++i)
    crawl.site.add(fmt::format("http://a/chain{}", i), to(fmt::format("chain{}", i + 1).c_str()));
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/new/x"), "200 fetched");
  EXPECT_EQ(crawl.of("http://a/round"), "302 redirect");
  EXPECT_EQ(crawl.of("http://a/away"), "302 redirect: leads away: http://elsewhere/");
  EXPECT_EQ(crawl.of("http://elsewhere/"), "unknown");
  EXPECT_EQ(crawl.of("http://a/none"), "302 broken: HTTP 302, and no address to go to");
  EXPECT_EQ(crawl.of("http://a/chain20"), "302 broken: more than 20 redirects");
  EXPECT_EQ(crawl.of("http://a/chain21"), "unknown");
}

ASYNC_TEST(Crawler, DoesWhatRobotsTxtAsks) {
  Crawl crawl;
  crawl.site.add("http://a/robots.txt", {"User-agent: *\nDisallow: /private\n"});
  crawl.site.add("http://a/", {"<a href=private/x><a href=open>"});
  crawl.site.add("http://a/open", {""});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/private/x"), "0 forbidden: robots.txt forbids it");
  EXPECT_EQ(crawl.requests(), "a/robots.txt 0, a/ 0, a/open 0") << "once, and first";
}

ASYNC_TEST(Crawler, AsksForRobotsTxtOnceAHostAndTakesAFailureForANo) {
  struct Row {
    SitePage robots;
    const char* page;
  };
  const Row rows[] = {
      {{.status = 404}, "200 fetched"},
      {{.status = 403}, "200 fetched"},
      {{.status = 500}, "0 broken: robots.txt cannot be had: HTTP 500"},
      {{.body = "User-agent: *\nDisallow: /", .failures = 1}, "0 forbidden: robots.txt forbids it"},
      {{.status = 302, .fields = "Location: /r2\r\n"}, "0 forbidden: robots.txt forbids it"},
      {{.raw = "x\r\n"}, "0 broken: the server's answer is none: no HTTP answer"},
  };
  for (const Row& row : rows) {
    Crawl crawl;
    crawl.site.add("http://a/robots.txt", row.robots);
    crawl.site.add("http://a/r2", {"User-agent: *\nDisallow: /"});
    crawl.site.add("http://a/", {"x"});
    co_await crawl.run();
    EXPECT_EQ(crawl.of("http://a/"), row.page) << row.robots.status;
  }
}

ASYNC_TEST(Crawler, TriesAgainWhatMayPass) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.site.add("http://a/", {.body = "<a href=x>", .failures = 2});
  crawl.site.add("http://a/x", {.failures = 3});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/"), "200 fetched");
  EXPECT_EQ(crawl.of("http://a/x"), "503 broken: HTTP 503");
  EXPECT_EQ(crawl.site.requests().size(), 6u);
  EXPECT_GE(crawl.ms, 3000) << "half a second at least, then a second, and so twice";
  EXPECT_LE(crawl.ms, 6000);
}

ASYNC_TEST(Crawler, AHostThatAsksForQuietGetsItAndOthersGoOn) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.same = Same::any;
  crawl.options.start = {url_of("http://a/"), url_of("http://b/")};
  crawl.site.add("http://a/",
                 {.body = "<a href=1>",
                  .failures = 1,
                  .failure = "HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"});
  crawl.site.add("http://a/1", {"x"});
  crawl.site.add("http://b/", {.body = "<a href=1><a href=//a/1>", .takes = 10ms});
  crawl.site.add("http://b/1", {"x"});
  co_await crawl.run();
  EXPECT_EQ(crawl.requests(), "a/ 0, b/ 0, b/1 10, a/ 7000, a/1 7000");
}

// Its own page is not tried again, but the host has said it to all.
ASYNC_TEST(Crawler, AHostThatAsksForQuietGetsItWithoutRetriesToo) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.retries = 0;
  crawl.polite.a_host = 1;
  crawl.site.add("http://a/", {"<a href=1><a href=2>"});
  crawl.site.add(
      "http://a/1",
      {.failures = 1, .failure = "HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"});
  crawl.site.add("http://a/2", {"x"});
  co_await crawl.run();
  EXPECT_EQ(crawl.requests(), "a/ 0, a/1 0, a/2 7000");
  EXPECT_EQ(crawl.of("http://a/1"), "429 broken: HTTP 429");
}

ASYNC_TEST(Crawler, AHostThatAsksForTooMuchIsLeftByAllItsPages) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.same = Same::any;
  crawl.polite = {.all = 2, .a_host = 2, .interval = 10ms};
  crawl.site.add("http://a/", {"<a href=1><a href=2><a href=3><a href=4><a href=//b/>"});
  crawl.site.add("http://a/1",
                 {.failures = 9,
                  .failure = "HTTP/1.1 503 X\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"});
  for (const char* page : {"http://a/2", "http://a/3", "http://a/4", "http://b/"})
    crawl.site.add(page, {"x"});
  co_await crawl.run();
  EXPECT_EQ(crawl.requests(), "a/ 0, b/ 0, a/1 10");
  EXPECT_EQ(crawl.of("http://a/1"), "503 broken: HTTP 503, and asks for 3600 s");
  for (const char* page : {"http://a/2", "http://a/3", "http://a/4"})
    EXPECT_EQ(crawl.of(page), "0 broken: not asked for: its host wants 3600 s of quiet") << page;
  EXPECT_EQ(crawl.of("http://b/"), "200 fetched");
  EXPECT_LE(crawl.ms, 20);
}

ASYNC_TEST(Crawler, AHostThatAsksForTooMuchIsLeft) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.site.add("http://a/",
                 {.failures = 9,
                  .failure = "HTTP/1.1 503 X\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/"), "503 broken: HTTP 503, and asks for 3600 s");
  EXPECT_EQ(crawl.ms, 0);
}

/// A page that links to `count` others, each of which takes 100 ms.
void add_wide_site(Site& site, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all += fmt::format("<a href={}>", i);
    site.add(fmt::format("http://a/{}", i), {.body = "x", .takes = 100ms});
  }
  site.add("http://a/", {all});
}

ASYNC_TEST(Crawler, NeverHasMoreUnderWayThanItMay) {
  struct Row {
    std::size_t all, a_host, most;
    long ms;
  };
  for (const Row& row : {Row{1, 9, 1, 2000}, Row{8, 4, 4, 500}, Row{5, 9, 5, 400}}) {
    Crawl crawl;
    crawl.options.robots = false;
    crawl.polite = {.all = row.all, .a_host = row.a_host};
    add_wide_site(crawl.site, 20);
    co_await crawl.run();
    EXPECT_EQ(crawl.site.most_at_once(), row.most);
    EXPECT_EQ(crawl.politeness->most_under_way(), row.most);
    EXPECT_EQ(crawl.ms, row.ms);
    EXPECT_LE(crawl.site.connections(), row.most) << "connections are used again";
  }
}

ASYNC_TEST(Crawler, KeepsToItsRate) {
  Crawl crawl;
  crawl.options.robots = true;  // robots.txt is a request, too
  crawl.polite.interval = 50ms;
  crawl.site.add("http://a/", {"<a href=1><a href=2>"});
  co_await crawl.run();
  EXPECT_EQ(crawl.requests(), "a/robots.txt 0, a/ 50, a/1 100, a/2 150");
}

ASYNC_TEST(Crawler, StopsAtItsNumberOfPages) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.max_pages = 7;
  crawl.options.depth = 1'000'000;
  for (int i = 0; i < 100; ++i)  // a calendar: each day leads to the next, and to the one after
    crawl.site.add(fmt::format("http://a/{}", i),
                   {fmt::format("<a href={}><a href={}>", i + 1, i + 2)});
  crawl.site.add("http://a/", {"<a href=0>"});
  co_await crawl.run();
  EXPECT_EQ(crawl.site.requests().size(), 7u);
  EXPECT_TRUE(crawl.crawler->pages().is_full());
}

Async<> stops_after(Crawl& crawl, Duration time) {
  co_await sleep(time);
  crawl.crawler->stop();
}

ASYNC_TEST(Crawler, StopFinishesWhatIsUnderWayAndBeginsNothing) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.polite.all = 2;
  add_wide_site(crawl.site, 20);
  auto stopping = spawn(stops_after(crawl, 150ms));
  co_await crawl.run();
  EXPECT_EQ(crawl.ms, 200);
  EXPECT_EQ(crawl.site.requests().size(), 5u);
  EXPECT_EQ(crawl.of("http://a/3"), "200 fetched");
  EXPECT_EQ(crawl.of("http://a/4"), "0 not asked for");
}

ASYNC_TEST(Crawler, AnObserverThatFailsStopsTheCrawl) {
  struct FullDisk : CrawlObserver {
    Async<std::string> whole(Page& page, const Answer&) override {
      co_return page.depth == 1 ? "cannot save: No space left on device" : "";
    }
  } disk;
  Crawl crawl;
  crawl.options.robots = false;
  crawl.polite.all = 1;
  crawl.observer = &disk;
  add_wide_site(crawl.site, 20);
  std::string what;
  try {
    co_await crawl.run();
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "cannot save: No space left on device");
  EXPECT_EQ(crawl.site.requests().size(), 2u);
}

// What waits to be saved is in memory: it must be no more than may be under way.
ASYNC_TEST(Crawler, AnObserverThatIsSlowHoldsTheNextPagesUp) {
  struct SlowDisk : CrawlObserver {
    Async<std::string> whole(Page&, const Answer&) override {
      most = std::max(most, ++at_once);
      co_await sleep(1s);
      --at_once;
      co_return "";
    }
    int at_once = 0, most = 0;
  } disk;
  Crawl crawl;
  crawl.options.robots = false;
  crawl.polite.all = 2;
  crawl.observer = &disk;
  add_wide_site(crawl.site, 20);
  co_await crawl.run();
  EXPECT_EQ(disk.most, 2);
  EXPECT_EQ(totals_of(crawl.crawler->pages()).fetched, 21u);
}

// Its rules are read as far as RFC 9309 wants it, whatever a page may have: a limit for pages must
// not shut a host.
ASYNC_TEST(Crawler, ALongRobotsTxtIsReadToItsLimit) {
  const std::string text = "User-agent: *\nDisallow: /no\n" + std::string(600 * 1024, '#');
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const SitePage as[] = {
      {text},
      {.raw = ok + "\r\n" + text},
      {.raw = chunked + fmt::format("{:x}\r\n", text.size()) + text},
      {.raw = ok + "Content-Length: 99999999999\r\n\r\n" + text},
      {.raw = chunked + "ffffffffff\r\n" + text},
  };
  for (const SitePage& robots : as) {
    Crawl crawl;
    crawl.client_options.body = 100;
    crawl.site.add("http://a/robots.txt", robots);
    crawl.site.add("http://a/", {"<a href=yes><a href=no>"});
    crawl.site.add("http://a/yes", {"x"});
    co_await crawl.run();
    EXPECT_EQ(crawl.of("http://a/yes"), "200 fetched") << robots.raw.substr(0, 60);
    EXPECT_EQ(crawl.of("http://a/no"), "0 forbidden: robots.txt forbids it");
    EXPECT_EQ(crawl.client->connections_made(), 2u) << "the rest of it is no answer to the next";
  }
}

// Dropped at any moment, it leaves nothing behind: the address sanitizer looks on.
ASYNC_TEST(Crawler, CanBeDroppedAtAnyMoment) {
  for (int ms = 0; ms < 40; ++ms) {
    Crawl crawl;
    crawl.polite = {.all = 2, .a_host = 2, .interval = 3ms};
    crawl.site.add("http://a/robots.txt", {.takes = 5ms});
    crawl.site.add("http://a/", {.body = "<a href=1><a href=2><a href=3>", .takes = 7ms});
    crawl.site.add("http://a/1", {.takes = 5ms, .failures = 1});
    auto running = timeout(ms * 1ms, crawl.run());
    const auto done = co_await running;
    EXPECT_FALSE(done);
    co_await sleep(1ms);
  }
}

ASYNC_TEST(Crawler, AnUnreadableEncodingIsSaid) {
  Crawl crawl;
  crawl.options.robots = false;
  std::string wide = "<?a?";  // in UTF-16, a zero follows each of its letters
  std::replace(wide.begin(), wide.end(), '?', '\0');
  crawl.site.add("http://a/", {.body = wide, .type = "text/html; charset=UTF-16"});
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/"), "200 fetched: not searched for links: it is in utf-16");
}

}  // namespace crawler_test
}  // namespace book::crawl
