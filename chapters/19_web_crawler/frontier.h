// Frontier: the pages that are known, and those of them that are still to be fetched.
//
//      add, found,                 take()                 done()
//      redirected  --> [ queue ] ---------> under way ------------> done
//                        each page once            may find more ^
//
// The crawl is over when the queue is empty AND nothing is under way: a page under way may find
// more. A worker that stops at an empty queue stops too early.
//
// A page is marked as known when it enters the queue, and not when it is fetched, or two pages that
// link to it would both bring it in. And its depth is the length of the shortest way to it, which
// need not be the first that was found: a shorter one may come when the page is long done, and then
// what lies behind it is less deep, too. Chapter 19 explains it.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "12_sync/notify.h"
#include "19_web_crawler/page.h"

namespace book::crawl {

/// For one thread.
class Frontier {
 public:
  /// Pages deeper than `depth`, and more than `pages` of them, are known and not queued.
  Frontier(int depth, std::size_t pages);

  /// A page to begin with, or one that was found `depth` links from there.
  PageId add(const Url& url, int depth = 0);
  /// Those that a page links to.
  void found(PageId from, const std::vector<Url>& links);
  /// A page has another address: the same depth, one more hop.
  void redirected(PageId from, const Url& to);

  /// A future of the next page, which is then under way until done() is called for it; or nothing:
  /// all is done, or it was closed.
  Async<std::optional<PageId>> take();
  void done(PageId id);
  /// take() gives no more: what is under way may end.
  void close();

  Page& page(PageId id) { return entries_[id].page; }
  const Page& page(PageId id) const { return entries_[id].page; }
  /// All that are known, in the order in which they were found.
  std::size_t known() const noexcept { return entries_.size(); }
  std::size_t queued() const noexcept { return queue_.size(); }
  std::size_t under_way() const noexcept { return under_way_; }
  /// Pages that have been queued, whatever has become of them.
  std::size_t wanted() const noexcept { return wanted_; }
  /// How often a page has come closer, or became known: what keeping the depths right has cost.
  std::size_t steps() const noexcept { return steps_; }
  /// Were there more pages than it may have?
  bool is_full() const noexcept { return full_; }

 private:
  enum class State : unsigned char { known, queued, under_way, done };
  struct Entry {
    Page page;
    State state = State::known;
  };
  PageId enter(const Url& url, int hops);
  void come_closer(std::deque<std::pair<PageId, int>> work);

  int depth_;
  std::size_t pages_, wanted_ = 0, under_way_ = 0, steps_ = 0;
  bool full_ = false, closed_ = false;
  std::deque<Entry> entries_;  // never moved: pages are referred to
  std::unordered_map<std::string, PageId> ids_;
  std::deque<PageId> queue_;
  Notify changed_;
};

}  // namespace book::crawl
