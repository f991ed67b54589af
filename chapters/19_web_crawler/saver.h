// Saver: a Progress that saves each page, and knows those that a crawl before has saved.
// (Chapter 19)
#pragma once

#include <map>
#include <optional>
#include <string>

#include "12_sync/semaphore.h"
#include "14_blocking/blocking_pool.h"
#include "19_web_crawler/page_store.h"
#include "19_web_crawler/progress.h"

namespace book::crawl {

class Saver : public Progress {
 public:
  /// Borrows the store; null: nothing is saved. The destructor waits for the jobs of a crawl that
  /// was dropped.
  Saver(PageStore* store, bool terminal, std::size_t width);

  /// A page whose file has gone, or has another length, is fetched again.
  Async<std::optional<Answer>> known(const Page& page) override;
  /// Files are read and written on a thread of chapter 14's pool.
  Async<std::string> whole(Page& page, const Answer& answer) override;

  std::size_t taken_over() const noexcept { return taken_over_; }

 private:
  PageStore* store_;
  std::map<std::string, SavedPage> saved_;  // by the page's key
  std::size_t taken_over_ = 0;
  Semaphore reads_{4};  // files that are read, and not used yet: the store may be large
  BlockingPool pool_{{.max_threads = 1}};  // so one page is written at a time
};

}  // namespace book::crawl
