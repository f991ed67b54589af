#include "07_join/story/errands.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string_view>

#include "02_timer_future/sleep.h"
#include "common/program/narrator.h"

namespace book::errands {

using namespace std::chrono_literals;

namespace {

/// One walk to a shop. Destroyed before it has ended, it was cancelled.
class Errand {
 public:
  Errand(const char* what, Instant start) : what_(what), start_(start) { say("on the way"); }
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;
  ~Errand() {
    if (!ended_) say("dropped on the way");
  }

  void end(const char* how) {
    ended_ = true;
    say(how);
  }

 private:
  void say(const char* how) const { errands::say(start_, fmt::format("{}: {}", what_, how)); }

  const char* what_;
  Instant start_;
  bool ended_ = false;
};

}  // namespace

void say(Instant start, std::string_view what) { story::say(start, what, 6); }

Async<Book> get_book(Instant start) {
  Errand errand("book", start);
  co_await sleep(300ms);
  errand.end("here it is");
  Book book{"The Kelpie's Year"};
  co_return book;
}

Async<Music> get_music(Instant start) {
  Errand errand("music", start);
  co_await sleep(200ms);
  errand.end("here it is");
  Music music{"Rain on Slate"};
  co_return music;
}

Async<Book> get_book_from_a_closed_shop(Instant start) {
  Errand errand("book", start);
  co_await sleep(200ms);
  errand.end("closed");
  throw std::runtime_error("the bookshop is closed");
}

Async<Music> get_music_from_a_closed_shop(Instant start) {
  Errand errand("music", start);
  co_await sleep(100ms);
  errand.end("closed");
  throw std::runtime_error("the music shop is closed");
}

}  // namespace book::errands
