#include "05_async_await/songs.h"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/stage.h"

namespace book::stage {

using namespace std::chrono_literals;

void say(Instant start, std::string_view what) {
  fmt::print("   {:>8}  {}\n", fmt::format("~{} ms", elapsed_ms(start)), what);
}

Async<Song> learn_song(Instant start) {
  say(start, "learn: looking for the notes");
  co_await book::sleep(300ms);
  say(start, "learn: I know the song");
  Song song{"The Waker's Waltz"};
  co_return song;
}

Async<> sing_song(Song song, Instant start) {
  say(start, fmt::format("sing: first verse of \"{}\"", song.title));
  co_await book::sleep(200ms);
  say(start, "sing: last verse");
}

Async<> dance(Instant start) {
  say(start, "dance: left foot");
  co_await book::sleep(400ms);
  say(start, "dance: right foot");
}

Async<> learn_and_sing(Instant start) {
  Song song = co_await learn_song(start);
  co_await sing_song(std::move(song), start);
}

Async<> one_after_another(Instant start) {
  co_await learn_and_sing(start);
  co_await dance(start);
}

}  // namespace book::stage
