// Members at the line door: what they say, what they read, and how they go. (Chapter 18)
#include "18_chat_server/member.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "people.h"
#include "support/async_test.h"
#include "support/contract.h"

namespace book {
namespace chat_member_test {

using namespace std::chrono_literals;
using chat::Chat;
using chat::Limits;
using test::Lines;
using test::Open;
using test::Person;

ASYNC_TEST(ChatMember, SaysAndReads) {
  Open open;
  Chat& chat = open.chat;
  Person ann(chat), ben(chat);
  co_await ann.says("ann");
  Lines lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* your name?", "* welcome, ann; nobody else is here"}));
  co_await ben.says("Ann");
  lines = co_await ben.reads();
  EXPECT_EQ(lines.back(), "* that name is taken: your name?");
  co_await ben.says("ben");
  co_await ben.says("hello");
  lines = co_await ben.reads();
  EXPECT_EQ(lines, (Lines{"* welcome, ben; 1 here: ann", "ben: hello"}));
  lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* ben has come in", "ben: hello"}));
  co_await ben.says("/quit see you");
  lines = co_await ben.reads();
  EXPECT_EQ(lines, (Lines{"* good-bye"}));
  EXPECT_TRUE(ben.ended);
  lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* ben has left: see you"}));
  co_await ann.goes();
  lines = co_await ann.reads();
  EXPECT_TRUE(ann.ended);
  co_await open.ends();
}

TEST(ChatPatient, KeepsTheContract) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  auto ends = duplex(64);
  const chat::LineWire<DuplexStream> wire(std::move(ends.first), 100);
  for (const bool runs_over : {false, true}) {
    const auto make = [&] {
      const auto mailbox =
          make_arc<chat::Mailbox>(chat::MailboxLimits{.lines = 1, .slow = chat::Slow::drop});
      auto future = chat::patient(never<void>(), wire, *mailbox, 10s);
      return test::subject(std::move(future), [&, mailbox] {
        if (!runs_over && !reactor.waiting().nothing()) reactor.wait();
        for (int i = 0; runs_over && i < 2; ++i) mailbox->push(chat::Message("1"));
      });
    };
    test::expect_contract(make, {.untouched = [&] { return reactor.waiting().nothing(); }},
                          [](bool in_time) { return !in_time; });
  }
}

/// Comes in, and reads what is said on the way.
Async<> comes_in(Person& person, const char* name) {
  co_await person.says(name);
  const Lines lines = co_await person.reads();
  EXPECT_FALSE(lines.empty());
  if (!lines.empty()) {
    EXPECT_TRUE(lines.back().starts_with("* welcome")) << lines.back();
  }
}

ASYNC_TEST(ChatMember, ObeysCommands) {
  Open open;
  Chat& chat = open.chat;
  Person ann(chat), ben(chat), cleo(chat);
  co_await comes_in(ann, "ann");
  co_await comes_in(ben, "ben");
  co_await comes_in(cleo, "cleo");
  (void)co_await ann.reads();
  (void)co_await ben.reads();
  const struct {
    const char* said;  // by ann
    Lines ann, ben, cleo;
  } cases[] = {
      {"/me waves", {"- ann waves"}, {"- ann waves"}, {"- ann waves"}},
      {"/msg BEN psst", {"(to ben) psst"}, {"ann (to you): psst"}, {}},
      {"/msg dora hi", {"* nobody here is called dora"}, {}, {}},
      {"/who", {"* 3 here: ann, ben, cleo"}, {}, {}},
      {"/nick Ben", {"* that name is taken"}, {}, {}},
      {"/nick *", {"* a name is 1 to 20 letters, digits, _ or -"}, {}, {}},
      {"/nick ANN", {"* ann is now ANN"}, {"* ann is now ANN"}, {"* ann is now ANN"}},
      {"/nick anna", {"* ANN is now anna"}, {"* ANN is now anna"}, {"* ANN is now anna"}},
      {"/dance", {"* no such command; there are " + std::string(chat::kCommands)}, {}, {}},
      {"/nick", {"* it is /nick NAME"}, {}, {}},
      {"", {}, {}, {}},
      {"\x1b[2J", {"anna: \xef\xbf\xbd[2J"}, {"anna: \xef\xbf\xbd[2J"}, {"anna: \xef\xbf\xbd[2J"}},
  };
  for (const auto& one : cases) {
    co_await ann.says(one.said);
    const Lines of_ann = co_await ann.reads();
    const Lines of_ben = co_await ben.reads();
    const Lines of_cleo = co_await cleo.reads();
    EXPECT_EQ(of_ann, one.ann) << one.said;
    EXPECT_EQ(of_ben, one.ben) << one.said;
    EXPECT_EQ(of_cleo, one.cleo) << one.said;
    co_await sleep(1s);  // not too fast
  }
  // The old name is free again.
  co_await ben.says("/nick ann");
  const Lines lines = co_await ben.reads();
  EXPECT_EQ(lines, (Lines{"* ben is now ann"}));
  co_await open.ends();
}

ASYNC_TEST(ChatMember, HearsTheLastTwentyLinesWhenItComes) {
  Open open({.rate = 0});
  Chat& chat = open.chat;
  Person ann(chat);
  co_await comes_in(ann, "ann");
  for (int i = 1; i <= 25; ++i) co_await ann.says(std::to_string(i));
  (void)co_await ann.reads();
  Person ben(chat);
  co_await ben.says("ben");
  const Lines lines = co_await ben.reads();
  EXPECT_EQ(lines.size(), 22u);
  EXPECT_EQ(lines[1], "ann: 6");
  EXPECT_EQ(lines.back(), "* welcome, ben; 1 here: ann");
  co_await open.ends();
}

ASYNC_TEST(ChatMember, GoesInManyWays) {
  const struct {
    const char* name;
    const char* says;    // what it says before it goes
    const char* told;    // the last it reads
    const char* others;  // what ann reads
    Duration after;
  } cases[] = {
      {"quits", "/quit", "* good-bye", "* quits has left", 0s},
      {"longwinded", nullptr, "* that line is too long", "* longwinded has left (a line too long)",
       0s},
      {"floods", "25", "* too many lines", "* floods has left (too many lines)", 0s},
      {"silent", "hm", "* no answer", "* silent has left (no answer)", 40s},
  };
  for (const auto& one : cases) {
    Open open({.silence = 30s});
    Chat& chat = open.chat;
    Person ann(chat), other(chat);
    co_await comes_in(ann, "ann");
    co_await comes_in(other, one.name);
    (void)co_await ann.reads();
    if (!one.says) {
      co_await other.says(std::string(1001, 'x'));
    } else if (one.says[0] == '2') {
      for (int i = 0; i < 24; ++i) co_await other.says("ho");
    } else {
      co_await other.says(one.says);
    }
    // ann speaks every 20 seconds, or she would be asked, too.
    Lines of_ann;
    for (Duration left = one.after; left >= 20s; left -= 20s) {
      co_await sleep(19s);
      co_await ann.says("");
    }
    of_ann = co_await ann.reads(2100ms);
    EXPECT_EQ(of_ann.back(), one.others);
    const Lines of_other = co_await other.reads();
    EXPECT_EQ(of_other.back(), one.told);
    EXPECT_TRUE(other.ended);
    co_await open.ends();
  }
}

ASYNC_TEST(ChatMember, WhoAnswersIsNotSilent) {
  Open open;
  Chat& chat = open.chat;
  Person ann(chat);
  co_await comes_in(ann, "ann");
  for (int i = 0; i < 3; ++i) {
    co_await sleep(30s);
    const Lines asked = co_await ann.reads();
    EXPECT_EQ(asked, (Lines{"* still there? Press Enter"}));
    co_await ann.says("");
  }
  EXPECT_FALSE(ann.ended);
  co_await open.ends();
}

ASYNC_TEST(ChatMember, WhoTakesNoByteIsShownOut) {
  Open open({.rate = 0, .silence = 1h, .patience = 10s});
  Chat& chat = open.chat;
  Person ann(chat, 16), ben(chat);
  co_await ann.says("ann");
  const Lines first = co_await ann.reads();
  EXPECT_EQ(first.back(), "* welcome, ann; nobody else is here");
  co_await comes_in(ben, "ben");
  const Instant start = Reactor::current().now();
  for (int i = 0; i < 300; ++i) co_await ben.says("a line that ann does not read");
  Lines lines = co_await ben.reads();
  EXPECT_EQ(lines.size(), 300u) << "ben does not notice";
  lines = co_await ben.reads(11s);
  EXPECT_EQ(lines, (Lines{"* ann has left (too slow)"}));
  EXPECT_LE(Reactor::current().now() - start, 22s);
  co_await open.ends();
}

ASYNC_TEST(ChatMember, SaysItsNameInTime) {
  Open open;
  Chat& chat = open.chat;
  Person nobody(chat), goes(chat);
  EXPECT_EQ(chat.places.available(), 98u);
  co_await goes.goes();
  const Lines lines = co_await nobody.reads(11s);
  EXPECT_EQ(lines, (Lines{"* your name?", "* no name"}));
  EXPECT_TRUE(nobody.ended);
  co_await nobody.goes();
  co_await sleep(1ms);
  EXPECT_EQ(chat.places.available(), 100u);
  co_await open.ends();
}

ASYNC_TEST(ChatMember, TheEndComesInGoodOrderAndInTime) {
  for (const bool asleep : {false, true}) {
    Open open({.rate = 0});
    Chat& chat = open.chat;
    Person ann(chat, asleep ? 16 : 64 * 1024), unnamed(chat);
    co_await comes_in(ann, "ann");
    for (int i = 0; i < 5; ++i) co_await ann.says("hm");
    const Instant start = Reactor::current().now();
    auto closing = spawn(open.ends());
    if (!asleep) {
      const Lines lines = co_await ann.reads();
      EXPECT_EQ(lines.size(), 6u) << "what was in the mailbox";
      EXPECT_EQ(lines.back(), "* the server closes");
      EXPECT_TRUE(ann.ended);
      co_await ann.goes();
      co_await unnamed.goes();
    }
    co_await closing;
    EXPECT_EQ(Reactor::current().now() - start, asleep ? Duration(5s) : Duration(1ms) * 0);
    EXPECT_EQ(chat.places.available(), 100u);
  }
}

ASYNC_TEST(ChatMember, TheEndComesInTimeAlsoWhileTheRoomWaits) {
  Open open({.mailbox = {.lines = 1, .slow = chat::Slow::wait}, .rate = 0, .patience = 1h});
  Person ann(open.chat, 16), ben(open.chat);
  co_await ann.says("ann");
  (void)co_await ann.reads();
  co_await comes_in(ben, "ben");
  for (int i = 0; i < 50; ++i) co_await ben.says("hm");
  const Lines lines = co_await ben.reads();
  EXPECT_LT(lines.size(), 50u) << "the room waits for ann";
  const Instant start = Reactor::current().now();
  co_await open.ends();
  EXPECT_EQ(Reactor::current().now() - start, Duration(5s));
}

// A member's task is dropped after k turns, for every k: the room hears of it, nobody else notices,
// its place is free again, and the name, too.
ASYNC_TEST(ChatMember, MayBeDroppedAnywhere) {
  for (int turns = 0; turns < 40; ++turns) {
    Open open({.rate = 0});
    Chat& chat = open.chat;
    Person ann(chat);
    co_await comes_in(ann, "ann");
    {
      auto ends = duplex(24);
      auto place = chat.places.try_acquire();
      chat::LineWire<DuplexStream> wire(std::move(ends.second), 1000);
      auto task = spawn(chat::serve_member(std::move(wire), chat, *std::move(place)));
      co_await write_all(ends.first, "ben\nhello\n/who\n/x\n");
      for (int i = 0; i < turns; ++i) co_await yield_now();
      task.abort();
      co_await sleep(1ms);
      EXPECT_TRUE(task.is_finished());
    }
    EXPECT_EQ(chat.places.available(), 99u) << turns;
    co_await ann.says("/who");
    const Lines lines = co_await ann.reads();
    EXPECT_EQ(lines.back(), "* 1 here: ann") << turns;
    Person ben(chat);
    co_await comes_in(ben, "ben");
    co_await open.ends();
  }
}

}  // namespace chat_member_test
}  // namespace book
