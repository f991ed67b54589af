// Sites that mean harm: each harms its own page, never the crawl. (Chapter 19)
#include <gtest/gtest.h>

#include <chrono>

#include "chapters/19_web_crawler/crawl.h"
#include "support/async_test.h"

namespace book::crawl {
namespace hostile_test {

using namespace std::chrono_literals;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\n";

struct Trap {
  const char* name;
  SitePage page;
  const char* becomes;
};

std::vector<Trap> traps() {
  const std::string ok = kOk, chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  return {
      {"a head that drips",
       {.raw = ok, .tail = "A: b\r\n", .drip = 1s},
       "broken: not there within 10 s"},
      {"a head without an end",
       {.raw = ok, .tail = "A: b\r\n"},
       "broken: the server's answer is none: a head that is too long"},
      {"a line without an end",
       {.raw = ok, .tail = "x"},
       "broken: the server's answer is none: a head that is too long"},
      {"1xx forever",
       {.tail = "HTTP/1.1 100 Continue\r\n\r\n"},
       "broken: the server's answer is none: one 1xx answer after another"},
      {"a body that drips",
       {.raw = ok + "Content-Length: 1000\r\n\r\n", .tail = "x", .drip = 1s},
       "broken: not there within 10 s"},
      {"a body without an end",
       {.raw = ok + "\r\n", .tail = std::string(4096, 'x')},
       "broken: the page is too long"},
      {"chunks without an end",
       {.raw = chunked, .tail = "1\r\nx\r\n"},
       "broken: the page is too long"},
      {"empty extensions",
       {.raw = chunked, .tail = "1;a=b;c=d\r\nx\r\n"},
       "broken: the page is too long"},
      {"a length that is too large",
       {.raw = ok + "Content-Length: 99999999999\r\n\r\n"},
       "broken: the page is too long"},
      {"a chunk that is too large",
       {.raw = chunked + "ffffffffff\r\n"},
       "broken: the page is too long"},
      {"less than it said",
       {.raw = ok + "Content-Length: 10\r\n\r\nhello"},
       "broken: the connection ended in the middle of the page"},
      {"bad chunks",
       {.raw = chunked + "5\r\nhelloX"},
       "broken: the page came in chunks that are none"},
      {"no last chunk",
       {.raw = chunked + "5\r\nhello\r\n"},
       "broken: the connection ended in the middle of the page"},
      {"two lengths",
       {.raw = ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
       "broken: the server's answer is none: two lengths that differ"},
      {"gzip, not asked for",
       {.raw = ok + "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"},
       "broken: the server's answer is none: a content coding that was not asked for"},
      {"nothing at all", {.raw = ""}, "broken: HTTP 404"},  // of the site: see below
      {"another protocol",
       {.raw = "SSH-2.0-OpenSSH\r\n"},
       "broken: the server's answer is none: no HTTP answer"},
      {"silence", {.tail = "x", .drip = 1h}, "broken: not there within 10 s"},
      {"a body to the end", {.raw = ok + "\r\nhello"}, "fetched"},
  };
}

// All of them at once, beside good pages that must be there at their time.
ASYNC_TEST(Hostile, SitesHarmOnePage) {
  const std::vector<Trap> all = traps();
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.retries = 0;
  crawl.client_options.body = 64 * 1024;
  crawl.polite = {.all = 100, .a_host = 100};
  std::string links = "<a href=good>";
  for (std::size_t i = 0; i < all.size(); ++i) {
    links += fmt::format("<a href=trap{}>", i);
    if (std::string_view(all[i].name) != "nothing at all")
      crawl.site.add(fmt::format("http://a/trap{}", i), all[i].page);
  }
  crawl.site.add("http://a/", {links});
  crawl.site.add("http://a/good", {.body = "<a href=good2>", .takes = 10ms});
  crawl.site.add("http://a/good2", {.takes = 10ms});
  co_await crawl.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string became = crawl.of(fmt::format("http://a/trap{}", i));
    EXPECT_EQ(became.substr(became.find(' ') + 1), all[i].becomes) << all[i].name;
  }
  EXPECT_EQ(crawl.of("http://a/good2"), "200 fetched");
  EXPECT_EQ(crawl.ms, 10'000) << "the slowest page has its ten seconds, and no more";
}

// A stream that always has data must leave the others their turns: see Body.
ASYNC_TEST(Hostile, AnEndlessStreamOfTinyChunksDoesNotStarveTheOthers) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.options.retries = 0;
  crawl.client_options.body = 64 * 1024;
  crawl.site.add("http://a/", {"<a href=endless><a href=good0>"});
  crawl.site.add(
      "http://a/endless",
      {.raw = std::string(kOk) + "Transfer-Encoding: chunked\r\n\r\n", .tail = "1\r\nx\r\n"});
  for (int i = 0; i < 20; ++i)
    crawl.site.add(fmt::format("http://a/good{}", i), {fmt::format("<a href=good{}>", i + 1)});
  crawl.options.depth = 100;
  co_await crawl.run();
  EXPECT_EQ(crawl.of("http://a/good19"), "200 fetched");
  EXPECT_EQ(crawl.of("http://a/endless"), "0 broken: the page is too long");
}

}  // namespace hostile_test
}  // namespace book::crawl
