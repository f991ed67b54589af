// Exercise 2, the book's answer.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "12_sync/notify.h"

namespace book::exercise {

class Frontier {
 public:
  explicit Frontier(int depth) : depth_(depth) {}

  void start(const std::string& page) { come_closer(page, 0); }

  Async<std::optional<std::string>> take() {
    for (;;) {
      if (!queue_.empty()) {
        std::string page = queue_.front();
        queue_.pop_front();
        ++under_way_;
        co_return page;
      }
      if (under_way_ == 0) co_return std::nullopt;
      co_await changed_.notified();
    }
  }

  void done(const std::string& page, const std::vector<std::string>& links) {
    pages_[page].links = links;
    const int depth = pages_[page].depth;
    for (const std::string& link : links) come_closer(link, depth + 1);
    --under_way_;
    if (queue_.empty() && under_way_ == 0) changed_.notify_all();
  }

 private:
  struct Page {
    int depth = 1'000'000;
    bool queued = false;
    std::vector<std::string> links;
  };

  void come_closer(const std::string& name, int depth) {
    Page& page = pages_[name];
    if (depth >= page.depth) return;
    page.depth = depth;
    if (depth > depth_) return;
    if (!page.queued) {
      page.queued = true;
      queue_.push_back(name);
      changed_.notify_one();
    }
    for (const std::string& link : page.links) come_closer(link, depth + 1);
  }

  int depth_;
  std::map<std::string, Page> pages_;
  std::deque<std::string> queue_;
  std::size_t under_way_ = 0;
  Notify changed_;
};

}  // namespace book::exercise
