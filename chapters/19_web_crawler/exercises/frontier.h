// Exercise 2: the pages that are still to be fetched, for any number of workers.
//
//     start("/") --> [ queue ] --take()--> a worker --done("/", {"/a", "/b"})--.
//                        ^                                                    |
//                        '------------------ those that are new --------------'
//
//   - take() gives each page once, however many pages link to it, and while it is being fetched,
//     too. It gives no page that is more than `depth` links from the start.
//   - While the queue is empty, and a page is under way, take() waits: that page may have links.
//   - When nothing is queued and nothing under way, all is done: take() gives nothing, to every
//     worker that waits, and to those that come later.
//   - done(page, links) is told of each page that take() has given, also of one that could not be
//     fetched: then without links.
//   - A page's depth is that of the shortest way to it. A shorter one may be found while the page
//     is queued or under way, or when it is done already: then its links come closer, too, and some
//     of them may now be near enough.
//   - All of it is used by one thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "05_async_await/async.h"
#include "12_sync/notify.h"

namespace book::exercise {

class Frontier {
 public:
  explicit Frontier(int depth) : depth_(depth) {}

  void start(const std::string& page) { queue_.push_back(page); }

  Async<std::optional<std::string>> take() {
    // TODO: when is there nothing more to come?
    if (queue_.empty()) co_return std::nullopt;
    std::string page = queue_.front();
    queue_.pop_front();
    co_return page;
  }

  void done(const std::string& page, const std::vector<std::string>& links) {
    // TODO: each page once, and none that is too deep.
    (void)page;
    for (const std::string& link : links) queue_.push_back(link);
  }

 private:
  [[maybe_unused]] int depth_;
  std::deque<std::string> queue_;
  Notify changed_;
};

}  // namespace book::exercise
