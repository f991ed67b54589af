#include "exercise/frontier.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/deadlock.h"
#include "04_io_executor/executor.h"
#include "10_spawning/join_set.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Frontier;

/// A page of a site: how long it takes, and its links; `missing`: it cannot be fetched.
struct SitePage {
  Duration takes;
  std::vector<std::string> links;
};
using Site = std::map<std::string, SitePage>;

/// Some workers, from "/" to the end; in virtual time.
struct Crawl {
  Crawl(Site site, int depth, int workers) : site(std::move(site)), frontier(depth) {
    Executor executor({.time = TimeMode::virtual_time, .seed = {}});
    const Instant start = executor.reactor().now();
    try {
      executor.block_on(all(*this, workers));
    } catch (const Deadlock&) {
      hangs = true;
    }
    ms = (executor.reactor().now() - start) / 1ms;
  }
  static Async<> all(Crawl& crawl, int workers) {
    crawl.frontier.start("/");
    JoinSet<void> tasks;
    for (int i = 0; i < workers; ++i) tasks.spawn(works(crawl));
    co_await tasks.join_all();
  }
  static Async<> works(Crawl& crawl) {
    for (int pages = 0; pages < 100; ++pages) {
      std::optional<std::string> page = co_await crawl.frontier.take();
      if (!page) break;
      ++crawl.fetched[*page];
      const auto found = crawl.site.find(*page);
      if (found != crawl.site.end()) {
        co_await sleep(found->second.takes);
        crawl.frontier.done(*page, found->second.links);
      } else {
        crawl.frontier.done(*page, {});
      }
    }
  }
  std::string pages() const {
    std::string all;
    for (const auto& [page, times] : fetched)
      all += page + (times > 1 ? " (" + std::to_string(times) + " times) " : " ");
    return all;
  }

  Site site;
  Frontier frontier;
  std::map<std::string, int> fetched;
  bool hangs = false;
  long ms = 0;
};

TEST(Frontier, WaitsForThePageUnderWay) {
  const Crawl crawl({{"/", {10ms, {"/a", "/b", "/c", "/d"}}},
                     {"/a", {50ms, {}}},
                     {"/b", {50ms, {}}},
                     {"/c", {50ms, {}}},
                     {"/d", {50ms, {}}}},
                    5, 4);
  EXPECT_EQ(crawl.pages(), "/ /a /b /c /d ");
  EXPECT_EQ(crawl.ms, 60)
      << "Four workers, and four pages of 50 ms behind the first. In the beginning the queue is "
         "empty, and three of the workers have nothing to do. That is not the end: the page under "
         "way may have links. Wait for them.";
}

TEST(Frontier, GivesEachPageOnce) {
  const Crawl crawl({{"/", {10ms, {"/a", "/b", "/a", "/"}}},
                     {"/a", {20ms, {"/c", "/"}}},
                     {"/b", {10ms, {"/c", "/a"}}},
                     {"/c", {50ms, {"/a"}}}},
                    9, 3);
  EXPECT_EQ(crawl.pages(), "/ /a /b /c ")
      << "A page is known from the moment it is queued. One that is marked only when it is taken, "
         "or "
         "done, is queued by every page that links to it until then.";
}

TEST(Frontier, IsOverAlsoWhenAPageCannotBeFetched) {
  const Crawl crawl({{"/", {10ms, {"/missing", "/a"}}}, {"/a", {10ms, {}}}}, 5, 2);
  EXPECT_FALSE(crawl.hangs)
      << "/missing could not be fetched: done() was told so, without links. It "
         "is under way no longer, and whoever waits has to hear of it.";
  EXPECT_EQ(crawl.pages(), "/ /a /missing ");
}

TEST(Frontier, TellsEveryWorkerOfTheEnd) {
  const Crawl crawl({{"/", {10ms, {}}}}, 5, 5);
  EXPECT_FALSE(crawl.hangs)
      << "Four workers wait while the fifth fetches the only page. When it is "
         "done, all of them have to be told: notify_all.";
}

TEST(Frontier, GivesNoneThatIsTooDeep) {
  const Crawl crawl(
      {{"/", {10ms, {"/1"}}}, {"/1", {10ms, {"/2"}}}, {"/2", {10ms, {"/3"}}}, {"/3", {10ms, {}}}},
      2, 2);
  EXPECT_FALSE(crawl.hangs)
      << "/3 is too deep, and will never be taken. What is not queued must not "
         "be waited for.";
  EXPECT_EQ(crawl.pages(), "/ /1 /2 ") << "Two links from the start, and no more.";
}

// /far is first found at depth 3, and done at once; at 100 ms, at depth 2.
TEST(Frontier, AShorterWayMayComeLate) {
  const Crawl crawl({{"/", {10ms, {"/slow", "/quick"}}},
                     {"/slow", {90ms, {"/far"}}},
                     {"/quick", {10ms, {"/q2"}}},
                     {"/q2", {10ms, {"/far"}}},
                     {"/far", {10ms, {"/behind"}}},
                     {"/behind", {10ms, {}}}},
                    3, 4);
  EXPECT_EQ(crawl.pages(), "/ /behind /far /q2 /quick /slow ")
      << "/behind is three links from the start: / /slow /far /behind. But /far was found on a "
         "longer "
         "way first. When the shorter one comes, what /far links to comes closer, too.";
}

// The same, but /far is still being fetched at 100 ms.
TEST(Frontier, AShorterWayMayComeWhileThePageIsUnderWay) {
  const Crawl crawl({{"/", {10ms, {"/slow", "/quick"}}},
                     {"/slow", {90ms, {"/far"}}},
                     {"/quick", {10ms, {"/q2"}}},
                     {"/q2", {10ms, {"/far"}}},
                     {"/far", {200ms, {"/behind"}}},
                     {"/behind", {10ms, {}}}},
                    3, 4);
  EXPECT_EQ(crawl.pages(), "/ /behind /far /q2 /quick /slow ")
      << "A shorter way to /far was found while /far was being fetched. Its links are as deep as "
         "/far is when it is done, plus one, and not as it was when it was taken.";
}

// And here it waits in the queue: one worker has /slow, the other /busy.
TEST(Frontier, AShorterWayMayComeWhileThePageIsQueued) {
  const Crawl crawl({{"/", {10ms, {"/slow", "/quick"}}},
                     {"/slow", {90ms, {"/far"}}},
                     {"/quick", {10ms, {"/q2"}}},
                     {"/q2", {10ms, {"/busy", "/far"}}},
                     {"/busy", {200ms, {}}},
                     {"/far", {10ms, {}}}},
                    3, 2);
  EXPECT_EQ(crawl.pages(), "/ /busy /far /q2 /quick /slow ")
      << "A shorter way to /far was found while /far was in the queue. It comes closer, and is not "
         "queued a second time.";
}

}  // namespace
}  // namespace book
