// Learn a song, sing it, and dance: the two ways to put three async functions together.
#pragma once

#include <string>

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// What has been learned: singing takes it, so singing cannot begin before learning has ended.
struct Song {
  std::string title;
};

Async<Song> learn_song(Instant start);
Async<> sing_song(Song song, Instant start);
Async<> dance(Instant start);

/// Learning, then singing: the one order that makes sense.
Async<> learn_and_sing(Instant start);
/// Everything in a row: nobody dances before the song is sung.
Async<> one_after_another(Instant start);

}  // namespace book::story
