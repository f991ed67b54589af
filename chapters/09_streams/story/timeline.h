// Downloads that write down when they begin and end, and the timeline that is drawn of them.
//
//     a |######>          |      # under way   - done, and waits for its turn   > comes out
//     b |##---->          |      one character is 50 ms
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/reactor/reactor.h"

namespace book::story {

struct Page {
  char name;
  Duration takes;
};

class Timeline {
 public:
  explicit Timeline(Instant start) : start_(start) {}

  /// A download, to be awaited.
  Async<Page> download(Page page) {
    const std::size_t row = begins(page);
    co_await sleep(page.takes);
    rows_[row].ended = now();
    co_return page;
  }

  /// The page has come out of the pipeline.
  void comes_out(const Page& page);

  /// Prints the rows under a title, in the order in which they were begun.
  void draw(const std::string& title) const;

 private:
  struct Row {
    char name;
    int begun;  // in characters
    int ended = 0;
    int out = 0;
  };

  std::size_t begins(const Page& page);
  int now() const;

  Instant start_;
  bool is_exact_ = false;  // in virtual time
  std::vector<Row> rows_;
};

}  // namespace book::story
