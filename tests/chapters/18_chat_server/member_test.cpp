// Members at the line door: what they say, what they read, and how they go. (Chapter 18)
#include "18_chat_server/member.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "people.h"
#include "support/async_test.h"

namespace book {
namespace chat_member_test {

using namespace std::chrono_literals;
using chat::Chat;
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
      {"/nick ANN", {"* you are called ANN already"}, {}, {}},
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

ASYNC_TEST(ChatMember, HearsAsMuchOfTheHistoryAsASmallMailboxHasRoomFor) {
  const struct {
    chat::MailboxLimits limits;
    Lines before_the_welcome;
  } cases[] = {
      {{.lines = 6, .slow = chat::Slow::drop}, {"ann: 23", "ann: 24", "ann: 25"}},
      {{.lines = 6, .slow = chat::Slow::skip}, {"ann: 23", "ann: 24", "ann: 25"}},
      {{.lines = 6, .slow = chat::Slow::wait}, {"ann: 23", "ann: 24", "ann: 25"}},
      {{.bytes = 40, .slow = chat::Slow::drop}, {"ann: 25"}},
      {{.bytes = 44, .slow = chat::Slow::drop}, {"ann: 24", "ann: 25"}},
      {{.bytes = 44, .slow = chat::Slow::skip}, {"ann: 24", "ann: 25"}},
      {{.lines = 1, .slow = chat::Slow::drop}, {}},
      {{.bytes = 1, .slow = chat::Slow::drop}, {}},
  };
  for (const auto& one : cases) {
    Open open({.mailbox = one.limits, .rate = 0});
    Person ann(open.chat), ben(open.chat);
    co_await comes_in(ann, "ann");
    for (int i = 1; i <= 25; ++i) {
      co_await ann.says(std::to_string(i));
      (void)co_await ann.reads();
    }
    (void)co_await ben.reads();  // is asked for a name
    co_await ben.says("ben");
    const Lines lines = co_await ben.reads();
    Lines wanted = one.before_the_welcome;
    wanted.push_back("* welcome, ben; 1 here: ann");
    EXPECT_EQ(lines, wanted) << one.limits.lines << " lines, " << one.limits.bytes << " bytes";
    EXPECT_FALSE(ben.ended);
    co_await open.ends();
  }
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

ASYNC_TEST(ChatMember, SaysGoodByeOnALineOfItsOwnAfterATornQuestion) {
  // A question that did not go out whole is no reason to write the good-bye behind it.
  auto ends = duplex(8);
  {
    chat::LineWire<DuplexStream> wire(std::move(ends.second), 1000);
    auto asking = timeout(1ms, wire.ping());
    const auto asked = co_await asking;
    EXPECT_FALSE(asked);
    auto closing = spawn(wire.close(chat::Why::silent));
    const std::string heard = co_await read_to_end(ends.first, 100);
    EXPECT_EQ(heard, "* still \n* no answer\n");
    co_await close(ends.first);
    co_await closing;
  }
}

/// A door with a mistake in it.
struct Mistaken : chat::LineWire<DuplexStream> {
  using LineWire::LineWire;
  int receives = 1000;  ///< and the next one fails
  bool closes = true;

  Async<std::optional<std::string>> receive() {
    if (receives-- == 0) throw std::logic_error("a mistake");
    std::optional<std::string> line = co_await LineWire::receive();
    co_return line;
  }
  Async<> close(chat::Why why) {
    if (!closes) throw std::bad_alloc();
    co_await LineWire::close(why);
  }
};

// What a connection does is one thing, and a mistake of ours another: that one is to be seen.
ASYNC_TEST(ChatMember, HidesNoMistakeOfOurOwn) {
  for (const int receives : {0, 1, 1000}) {
    Open open;
    auto ends = duplex(4096);
    Mistaken wire(std::move(ends.second), 1000);
    wire.receives = receives;
    wire.closes = receives < 1000;
    auto member =
        spawn(chat::serve_member(std::move(wire), open.chat, *open.chat.places.try_acquire()));
    co_await write_all(ends.first, "ann\n/quit\n");
    co_await close(ends.first);
    std::string met = "nothing";
    try {
      co_await member;
    } catch (const std::logic_error&) {
      met = "the mistake";
    } catch (const std::bad_alloc&) {
      met = "no memory";
    }
    EXPECT_EQ(met, receives < 1000 ? "the mistake" : "no memory");
    co_await sleep(1ms);
    EXPECT_EQ(open.chat.state().members(), 0u) << "the seat is free again";
    EXPECT_EQ(open.chat.places.available(), 100u);
    co_await open.ends();
  }
  const auto gone = std::make_exception_ptr(std::system_error(ECONNRESET, std::generic_category()));
  EXPECT_EQ(chat::why_of(gone), chat::Why::lost);
  EXPECT_THROW(chat::why_of(std::make_exception_ptr(std::bad_alloc())), std::bad_alloc);
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
