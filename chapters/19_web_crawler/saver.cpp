#include "19_web_crawler/saver.h"

#include <system_error>
#include <utility>

#include "14_blocking/spawn_blocking.h"
#include "19_web_crawler/media_type.h"

namespace book::crawl {

Saver::Saver(PageStore* store, bool terminal, std::size_t width)
    : Progress(terminal, width), store_(store) {
  if (store_ != nullptr)
    for (const SavedPage& page : store_->saved()) saved_[page.url] = page;
}

Async<std::optional<Answer>> Saver::known(const Page& page) {
  const auto found = saved_.find(page.url.key());
  if (found == saved_.end()) co_return std::nullopt;
  // Given back at the co_return: the crawler uses the page in the same turn of its task.
  const Permit permit = co_await reads_.acquire();
  try {
    auto job = [store = store_, file = found->second.file] { return store->read(file); };
    JoinHandle<std::string> reading = spawn_blocking(pool_, std::move(job));
    Answer answer;
    answer.body = co_await reading;
    if (answer.body.size() != found->second.bytes) co_return std::nullopt;
    answer.status = found->second.status;
    if (found->second.html) answer.type = "text/html";
    ++taken_over_;
    co_return answer;
  } catch (const std::system_error&) {
    co_return std::nullopt;
  }
}

Async<std::string> Saver::whole(Page& page, const Answer& answer) {
  const std::string key = page.url.key();
  if (store_ == nullptr) co_return "";
  if (const auto found = saved_.find(key); found != saved_.end() && page.attempts == 0) {
    page.file = found->second.file;
    co_return "";
  }
  const bool html = MediaType(answer.type).is_html();
  page.file = store_->name_for(page.url, html);
  // The job owns a copy: when the crawl is dropped, it goes on without it.
  SavedPage line{key, page.file, answer.status, answer.body.size(), html};
  auto job = [store = store_, line = std::move(line), body = answer.body] {
    store->save(line, body);
  };
  try {
    JoinHandle<void> writing = spawn_blocking(pool_, std::move(job));
    co_await writing;
    co_return "";
  } catch (const std::system_error& error) {
    co_return std::string("saving stopped: ") + error.what();
  }
}

}  // namespace book::crawl
