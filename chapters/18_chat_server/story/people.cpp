// Parts 1, 3 and 5: people come, talk and go.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "18_chat_server/story/guest.h"
#include "18_chat_server/story/parts.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> three_people_meet() {
  Hall hall;
  Guest ann("ann", hall), ben("ben", hall), cleo("cleo", hall);
  auto all_hear = join(ann.listens(), ben.listens(), cleo.listens());
  auto hearing = spawn(std::move(all_hear));
  const std::pair<Guest*, const char*> script[] = {
      {&ann, "ann"},      {&ben, "Ann"},      {&ben, "ben"},           {&ann, "hello"},
      {&cleo, "cleo"},    {&cleo, "hi both"}, {&ben, "/me waves"},     {&ann, "/msg cleo psst"},
      {&ben, "/nick bo"}, {&cleo, "\x1b[2J"}, {&ann, "/quit see you"}, {&ben, "/who"},
  };
  for (const auto& [who, line] : script) {
    co_await sleep(10ms);
    std::string said = line;
    co_await who->says(std::move(said));
  }
  co_await sleep(10ms);
  co_await ann.hangs_up();
  co_await ben.hangs_up();
  co_await cleo.hangs_up();
  co_await hearing;
  co_await hall.closes();
  const std::array<const Guest*, 3> guests{&ann, &ben, &cleo};
  print_side_by_side(guests, 27);
}

Async<> stays(Guest& guest, int times) {
  for (int i = 0; i < times; ++i) {
    co_await sleep(20s);
    co_await guest.says("");
  }
}

Async<> five_leave() {
  Hall hall;
  Guest ann("ann", hall);
  Guest ben("ben", hall), cleo("cleo", hall), dora("dora", hall), eric("eric", hall),
      fay("fay", hall);
  auto hearing = spawn(ann.listens());
  Guest* const others[] = {&ann, &ben, &cleo, &dora, &eric, &fay};
  for (Guest* guest : others) co_await guest->says(guest->name());
  co_await sleep(1s);
  co_await ben.says("/quit bye");
  co_await sleep(1s);
  co_await cleo.hangs_up();
  co_await sleep(1s);
  co_await dora.begins_to_say("I am just about t");
  dora.breaks_off();
  co_await sleep(1s);
  for (int i = 0; i < 24; ++i) co_await fay.says("look at this");
  co_await stays(ann, 2);
  co_await ann.hangs_up();
  co_await hearing;
  co_await hall.closes();
  int looks = 0;
  for (const Guest::Heard& heard : ann.heard()) {
    if (heard.ms == 0) continue;
    if (heard.line == "fay: look at this") {
      ++looks;
      continue;
    }
    if (looks > 0) fmt::print("   {:>6} ms  fay: look at this     ({} times)\n", heard.ms, looks);
    looks = 0;
    fmt::print("   {:>6} ms  {}\n", heard.ms, heard.line);
  }
}

Async<> closes_with_one_asleep() {
  Hall hall;
  Guest ann("ann", hall), ben("ben", hall, 64);
  auto hearing = spawn(ann.listens());
  co_await ben.says("ben");
  co_await ann.says("ann");
  co_await sleep(1s);
  co_await ann.says("is anybody there, who is not asleep, and would say a word to me?");
  co_await sleep(1s);
  say(hall.start, "Ctrl-C");
  auto closing = spawn(hall.closes());
  co_await hearing;
  say(hall.start, fmt::format("ann has read \"{}\", and then the end", ann.heard().back().line));
  co_await ann.hangs_up();
  co_await closing;
  say(hall.start, "all have gone: ben, who was asleep, was dropped");
}

}  // namespace

void three_people(const ExecutorOptions& options) {
  fmt::print("\n1. Three people. What each of them reads.\n");
  Executor(options).block_on(three_people_meet());
}

void ways_to_leave(const ExecutorOptions& options) {
  fmt::print("\n3. Five ways to leave. What Ann reads, who stays.\n");
  Executor(options).block_on(five_leave());
}

void the_end(const ExecutorOptions& options) {
  fmt::print("\n5. The end, with one asleep.\n");
  Executor(options).block_on(closes_with_one_asleep());
}

}  // namespace book::story
