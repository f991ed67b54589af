// Crawler: from a start to all that it leads to, within limits.
//
//     Frontier --take--> a task a page:   robots? -> turn -> get -> links -> Frontier
//                                            ^         ^      |
//                                       once a host    +------+ again, if it may pass
//
// A task a page, and not a worker a place: one that sleeps before it tries again, or waits for its
// host, costs a frame and holds nobody up. What bounds the crawl are Politeness and max_pages.
// Chapter 19 explains it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "12_sync/once_cell.h"
#include "19_web_crawler/frontier.h"
#include "19_web_crawler/http_client.h"
#include "19_web_crawler/politeness.h"
#include "19_web_crawler/robots.h"
#include "common/random.h"

namespace book::crawl {

/// Which addresses are followed: those with the host of a start; its port, too; or all.
enum class Same : unsigned char { host, origin, any };

struct CrawlOptions {
  std::vector<Url> start;
  int depth = 2;                 ///< links from a start to a page that is fetched, at most
  std::size_t max_pages = 1000;  ///< pages that are fetched, at most
  Same same = Same::host;
  bool robots = true;
  int retries = 2;                               ///< of a failure that may pass
  Duration patience = std::chrono::seconds(60);  ///< no single wait is longer
  int hops = 20;                                 ///< redirects, one behind the other
  std::uint64_t seed = 19;                       ///< of the waits
};

/// Who wants to know how it goes, on the crawler's thread. What gives an Async may take its time:
/// the page is under way until it has ended, and keeps its turn. Page and Answer live as long.
class CrawlObserver {
 public:
  virtual ~CrawlObserver() = default;
  /// A page that is here already, from a crawl before this one. Then it is not asked for.
  virtual Async<std::optional<Answer>> known(const Page&) { co_return std::nullopt; }
  /// A page is there. What it returns stops the crawl, and is thrown by run(): a full disk, say.
  virtual Async<std::string> whole(Page&, const Answer&) { co_return ""; }
  virtual void ended(const Page&) {}
};

/// Everything is borrowed, and must outlive the future of run().
class Crawler {
 public:
  Crawler(CrawlOptions options, HttpClient& client, Politeness& politeness,
          CrawlObserver& observer);

  /// A future of the end. It throws std::runtime_error when the observer has stopped the crawl;
  /// troubles of pages are in pages(). Dropped, its tasks are dropped at their next turn: until
  /// then they use the crawler.
  Async<> run();
  /// Asks for no more pages; what is under way ends as it would have.
  void stop();

  const Frontier& pages() const noexcept { return frontier_; }

 private:
  struct Rules {
    Robots robots;
    std::string trouble;  ///< why there are none
  };

  /// An answer, and the turn in which it came. Kept until the answer was used: so there are never
  /// more of them in memory than requests may be under way, however slow the disk is.
  struct Fetched {
    Answer answer;
    Turn turn;
  };
  enum class What : unsigned char { page, robots };

  Async<> visit(PageId id);
  Async<bool> may_fetch(Page& page);
  Async<Rules> load_rules(Url url);
  Async<std::optional<Fetched>> fetch(Page& page, What what);
  Async<Answer> request(const Url& url, What what);
  Async<std::optional<Duration>> attempt(Page& page, What what, std::optional<Fetched>& fetched);
  void keep_quiet(Page& page, Duration asked_for);
  Async<> use(PageId id, const Answer& answer);
  void go_elsewhere(PageId id, const Answer& answer);
  void follow(PageId id, const Answer& answer);
  bool is_wanted(const Url& url) const;

  CrawlOptions options_;
  HttpClient& client_;
  Politeness& politeness_;
  CrawlObserver& observer_;
  Frontier frontier_;
  std::map<std::string, OnceCell<Rules>> rules_;  // of a host and port
  CancellationToken stop_;
  Random random_;
  std::string failure_;  // of the observer
};

}  // namespace book::crawl
