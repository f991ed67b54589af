#include "05_async_await/story/songs.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "02_timer_future/sleep.h"
#include "common/program/narrator.h"

namespace book::story {

using namespace std::chrono_literals;

Async<Song> learn_song(Instant start) {
  say_about(start, "learn: looking for the notes");
  co_await book::sleep(300ms);
  say_about(start, "learn: I know the song");
  Song song{"The Waker's Waltz"};
  co_return song;
}

Async<> sing_song(Song song, Instant start) {
  say_about(start, fmt::format("sing: first verse of \"{}\"", song.title));
  co_await book::sleep(200ms);
  say_about(start, "sing: last verse");
}

Async<> dance(Instant start) {
  say_about(start, "dance: left foot");
  co_await book::sleep(400ms);
  say_about(start, "dance: right foot");
}

Async<> learn_and_sing(Instant start) {
  Song song = co_await learn_song(start);
  co_await sing_song(std::move(song), start);
}

Async<> one_after_another(Instant start) {
  co_await learn_and_sing(start);
  co_await dance(start);
}

}  // namespace book::story
