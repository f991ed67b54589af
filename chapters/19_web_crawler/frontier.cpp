#include "19_web_crawler/frontier.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace book::crawl {

Frontier::Frontier(int depth, std::size_t pages) : depth_(depth), pages_(pages) {}

PageId Frontier::add(const Url& url, int depth) {
  const PageId id = enter(url, 0);
  come_closer({{id, depth}});
  return id;
}

PageId Frontier::enter(const Url& url, int hops) {
  const auto [place, is_new] = ids_.try_emplace(url.key(), entries_.size());
  if (is_new) {
    Entry& entry = entries_.emplace_back();
    entry.page.url = url;
    entry.page.url.fragment.reset();
    entry.page.depth = std::numeric_limits<int>::max();
    entry.page.hops = hops;
  }
  return place->second;
}

/// The shorter way goes on through what lies behind the page: a list of work, and no recursion, for
/// a site may be a chain of thousands. `work` begins with pages of one depth, and the nearer pages
/// come first: so each page comes closer once at most, and each link is looked at once.
void Frontier::come_closer(std::deque<std::pair<PageId, int>> work) {
  while (!work.empty()) {
    const auto [at, closer] = work.front();
    work.pop_front();
    Entry& entry = entries_[at];
    if (closer >= entry.page.depth) continue;
    entry.page.depth = closer;
    ++steps_;
    if (entry.state == State::known && closer <= depth_) {
      if (wanted_ >= pages_) {
        full_ = true;
        continue;
      }
      ++wanted_;
      entry.state = State::queued;
      queue_.push_back(at);
      changed_.notify_one();
    }
    if (entry.page.redirect) work.emplace_front(*entry.page.redirect, closer);
    for (const PageId link : entry.page.links) work.emplace_back(link, closer + 1);
  }
}

void Frontier::found(PageId from, const std::vector<Url>& links) {
  std::vector<PageId> ids = std::move(entries_[from].page.links);
  std::deque<std::pair<PageId, int>> closer;
  for (const Url& url : links) {
    // Beyond the last level there is no end of addresses: ten times as many are remembered.
    if (entries_.size() >= 10 * pages_ && !ids_.contains(url.key())) {
      full_ = true;
      continue;
    }
    const PageId id = enter(url, 0);
    ids.push_back(id);
    closer.emplace_back(id, entries_[from].page.depth + 1);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  entries_[from].page.links = std::move(ids);
  come_closer(std::move(closer));
}

void Frontier::redirected(PageId from, const Url& to) {
  const Page& page = entries_[from].page;
  const PageId id = enter(to, page.hops + 1);
  entries_[from].page.redirect = id;
  come_closer({{id, entries_[from].page.depth}});
}

/// On one thread nothing comes between the look and the wait.
Async<std::optional<PageId>> Frontier::take() {
  for (;;) {
    if (closed_) co_return std::nullopt;
    if (!queue_.empty()) {
      const PageId id = queue_.front();
      queue_.pop_front();
      entries_[id].state = State::under_way;
      ++under_way_;
      co_return id;
    }
    if (under_way_ == 0) co_return std::nullopt;
    co_await changed_.notified();
  }
}

void Frontier::done(PageId id) {
  entries_[id].state = State::done;
  --under_way_;
  if (queue_.empty() && under_way_ == 0) changed_.notify_all();
}

void Frontier::close() {
  closed_ = true;
  changed_.notify_all();
}

}  // namespace book::crawl
