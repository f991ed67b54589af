// The errands of this chapter's story: a book and a piece of music, each from its own shop. They
// say what they do and when; one that is dropped on its way says that too.
#pragma once

#include <string>
#include <string_view>

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::errands {

struct Book {
  std::string title;
};
struct Music {
  std::string title;
};

/// "  300 ms  book: here it is", with the time since `start`. In virtual time it is exact.
void say(Instant start, std::string_view what);

/// There after 300 ms.
Async<Book> get_book(Instant start);
/// There after 200 ms.
Async<Music> get_music(Instant start);

/// The same shops, closed: you learn it after 200 ms, and after 100 ms, by a std::runtime_error.
Async<Book> get_book_from_a_closed_shop(Instant start);
Async<Music> get_music_from_a_closed_shop(Instant start);

}  // namespace book::errands
