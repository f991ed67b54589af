// A book and a piece of music: in series, the wrong way, joined; an error, with join and with
// try_join; and ten thousand parcels. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "07_join/story/ask_everybody.h"
#include "07_join/story/errands.h"
#include "07_join/story/parcels.h"
#include "07_join/try_join.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"

namespace book::errands {
namespace {

using BookAndMusic = std::tuple<Book, Music>;

Async<BookAndMusic> in_series(Instant start) {
  Book book = co_await get_book(start);
  Music music = co_await get_music(start);
  co_return BookAndMusic(std::move(book), std::move(music));
}

Async<BookAndMusic> the_wrong_way(Instant start) {
  Async<Book> book_future = get_book(start);
  Async<Music> music_future = get_music(start);
  say(start, "both futures are made");
  Book book = co_await book_future;
  Music music = co_await music_future;
  co_return BookAndMusic(std::move(book), std::move(music));
}

Async<BookAndMusic> joined(Instant start) {
  BookAndMusic both = co_await join(get_book(start), get_music(start));
  co_return both;
}

/// Gets both, and says what it has and when.
Async<> show(Async<BookAndMusic> errand, Instant start) {
  BookAndMusic both = co_await errand;
  say(start, fmt::format("I have \"{}\" and \"{}\"", std::get<Book>(both).title,
                         std::get<Music>(both).title));
}

Async<> an_error_with_join(Instant start) {
  try {
    co_await join(get_book(start), get_music_from_a_closed_shop(start));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("caught: {}", error.what()));
  }
}

Async<> an_error_with_try_join(Instant start) {
  try {
    co_await try_join(get_book(start), get_music_from_a_closed_shop(start));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("caught: {}", error.what()));
  }
}

Async<> a_borrowed_child(Instant start) {
  Async<Book> book_future = get_book(start);
  try {
    co_await try_join(book_future, get_music_from_a_closed_shop(start));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("caught: {}", error.what()));
  }
  Book book = co_await book_future;
  say(start, fmt::format("I have \"{}\", and no music", book.title));
}

template <class Errand>
void run(const char* title, const ExecutorOptions& options, Errand errand) {
  fmt::print("{}\n", title);
  Executor executor(options);
  executor.block_on(errand(executor.reactor().now()));
  fmt::print("              polls of the task: {}\n", executor.polls());
}

/// One parcel a turn, so that whoever waits is woken for each.
Async<> deliver_all(Parcels& parcels) {
  co_await yield_now();  // first let them begin to wait
  for (std::size_t number = 0; number < parcels.count(); ++number) {
    parcels.deliver(number);
    co_await yield_now();
  }
}

/// How often the futures of so many parcels are polled until `join_them` has them all.
template <class Join>
std::uint64_t polls_of(std::size_t count, Join join_them) {
  Parcels parcels(count);
  Executor executor;
  executor.spawn(deliver_all(parcels));
  executor.block_on(join_them(parcels.wait_for_each()));
  return parcels.polls();
}

void many() {
  using Futures = std::vector<Parcels::Arrival>;
  const auto ask_everybody = [](Futures futures) { return AskEverybody(std::move(futures)); };
  const auto ask_the_woken = [](Futures futures) { return join_all(std::move(futures)); };

  fmt::print("\n7. Many parcels, which arrive one by one: how often is a parcel asked for?\n");
  fmt::print("   parcels   asking all at each wake   join_all\n");
  for (const std::size_t count : {10, 100, 1'000}) {
    fmt::print("   {:>7}   {:>23}   {:>8}\n", count, polls_of(count, ask_everybody),
               polls_of(count, ask_the_woken));
  }
  fmt::print("   {:>7}   {:>23}   {:>8}\n", 10'000, "(no)", polls_of(10'000, ask_the_woken));
}

// The traps of "What goes wrong".

Async<> again(Instant start) {
  Async<Book> book_future = get_book(start);
  Book book = co_await book_future;
  co_await join(book_future, get_music(start));
}

Async<> both_fail(Instant start) {
  try {
    co_await join(get_book_from_a_closed_shop(start), get_music_from_a_closed_shop(start));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("caught: {}", error.what()));
  }
}

Async<> read_aloud(Instant start, const char* what) {
  story::say_about(start, fmt::format("{}: first page", what));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the mistake
  story::say_about(start, fmt::format("{}: last page", what));
  co_return;
}

Async<> blocking(Instant start) {
  co_await join(read_aloud(start, "one book"), read_aloud(start, "another"));
}

void walk_into(const std::string& trap, const ExecutorOptions& options) {
  if (trap == "again") run("A future that has given its value already.", options, again);
  if (trap == "both-fail") run("Two errors.", options, both_fail);
  if (trap == "blocking") {
    if (options.time != TimeMode::real)
      throw UsageError("--trap blocking holds the thread for real: leave --virtual-time out");
    run("Two children that hold the thread.", options, blocking);
  }
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  const std::string trap = args.get<std::string>("trap");
  if (trap != "none") return walk_into(trap, options);

  run("1. In series.", options, [](Instant start) { return show(in_series(start), start); });
  run("\n2. The wrong way: make both, then await them in turn.", options,
      [](Instant start) { return show(the_wrong_way(start), start); });
  run("\n3. Joined.", options, [](Instant start) { return show(joined(start), start); });
  run("\n4. The music shop is closed, and join waits for all.", options, an_error_with_join);
  run("\n5. The same, and try_join waits for nobody.", options, an_error_with_try_join);
  run("\n6. The same, and the book is borrowed.", options, a_borrowed_child);
  many();
}

}  // namespace
}  // namespace book::errands

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "07_join",
       .summary = "several futures in one task: two of them, an error among them, ten thousand",
       .options = {option::choice("trap", {"none", "again", "both-fail", "blocking"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::errands::tell);
}
