// Progress: how far a crawl is, in one line that is redrawn, or a line a page where there is no
// terminal.
//
//     [####....] 37 of 52+  8 under way  2 broken  1.2 MB
//
// "52+": so many are known; more may be found. (Chapter 19)
#pragma once

#include <cstddef>
#include <string>

#include "05_async_await/async.h"
#include "19_web_crawler/crawler.h"
#include "19_web_crawler/politeness.h"

namespace book::crawl {

/// What the line says.
struct HowFar {
  std::size_t done = 0, wanted = 0, under_way = 0, broken = 0;
  std::uint64_t bytes = 0;
  bool more_may_come = true;
};
/// At most `width` columns.
[[nodiscard]] std::string progress_line(const HowFar& far, std::size_t width);

/// "200 http://a/b  1.2 kB": a page's own line.
[[nodiscard]] std::string page_line(const Page& page);

/// An observer that counts, and shows what it counts on stderr: stdout is for the report.
class Progress : public CrawlObserver {
 public:
  /// `terminal`: one line, redrawn by redraws(); else a line a page.
  Progress(bool terminal, std::size_t width) : terminal_(terminal), width_(width) {}

  void ended(const Page& page) override;
  /// Redraws the line four times a second, and never ends: drop it.
  Async<> redraws(const Crawler& crawler, const Politeness& politeness);
  /// Takes the line away.
  void clear();
  /// A line that stays.
  void say(const std::string& text);

 private:
  void put(const std::string& text);

  bool terminal_;
  std::size_t width_;
  bool drawn_ = false, closed_ = false;  // closed: stderr has gone, and it is not tried again
  HowFar far_;
};

}  // namespace book::crawl
