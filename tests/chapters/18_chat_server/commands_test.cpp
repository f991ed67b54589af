// Commands, names, and text that is made harmless; the bucket. (Chapter 18)
#include "18_chat_server/commands.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "18_chat_server/bucket.h"
#include "18_chat_server/clean.h"
#include "18_chat_server/name.h"

namespace book {
namespace chat_commands_test {

using namespace chat;
using namespace std::chrono_literals;

TEST(ChatCommands, AreReadAsTyped) {
  const struct {
    const char* line;
    Command command;
  } cases[] = {
      {"hello", Say{"hello"}},
      {" two  blanks ", Say{" two  blanks "}},
      {"//x", Say{"/x"}},
      {"///", Say{"//"}},
      {"/me waves", Me{"waves"}},
      {"/me  waves  twice", Me{"waves  twice"}},
      {"/msg ben hi  there", Msg{"ben", "hi  there"}},
      {"/msg  ben  hi", Msg{"ben", "hi"}},
      {"/nick anna", Nick{"anna"}},
      {"/nick two words", Nick{"two words"}},
      {"/who", chat::Who{}},
      {"/who else", chat::Who{}},
      {"/help", Help{}},
      {"/quit", Quit{""}},
      {"/quit see you", Quit{"see you"}},
      {"/nickname x", Unknown{"nickname"}},
      {"/", Unknown{""}},
      {"/ me", Unknown{""}},
      {"/me", Misused{"/me DOES"}},
      {"/nick ", Misused{"/nick NAME"}},
      {"/msg ben", Misused{"/msg NAME TEXT"}},
      {"/msg ben ", Misused{"/msg NAME TEXT"}},
      {"", Nothing{}},
      {"   ", Nothing{}},
  };
  for (const auto& one : cases) EXPECT_TRUE(parse_command(one.line) == one.command) << one.line;
}

TEST(ChatName, IsShortPlainAndOneWhateverItsCase) {
  for (const char* good : {"a", "Ann-Marie_7", "12345678901234567890", " ann "})
    EXPECT_TRUE(Name::parse(good)) << good;
  for (const char* bad :
       {"", " ", "a b", "ann:", "*", "\xc3\xa4", "a\x1b", "123456789012345678901"})
    EXPECT_FALSE(Name::parse(bad)) << bad;
  EXPECT_EQ(Name::parse("AnN")->key(), Name::parse("aNn")->key());
  EXPECT_EQ(Name::parse(" AnN")->text(), "AnN");
}

TEST(ChatClean, LeavesTextAloneAndNothingElse) {
  const std::string bad = "\xef\xbf\xbd";
  const struct {
    std::string_view text;
    std::string wanted;
  } cases[] = {
      {"gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80",
       "gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\x1b[2J", bad + "[2J"},
      {std::string_view("a\0b", 3), "a" + bad + "b"},
      {"\x7f\r\t", bad + bad + bad},
      {"\xc2\x9b"
       "2J",
       bad + "2J"},  // U+009B: ESC [ in one character
      {"\xc2\xa0", "\xc2\xa0"},
      {"\xff\xc3", bad + bad},            // no UTF-8, and a character that is cut short
      {"\xed\xa0\x80", bad + bad + bad},  // a surrogate
      {"\xc3x", bad + "x"},
  };
  for (const auto& one : cases) EXPECT_EQ(clean(one.text), one.wanted);
}

TEST(ChatBucket, GivesABurstAndThenAnEvenStream) {
  Instant now{};
  Bucket bucket(10, 3, now);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(now));
  EXPECT_FALSE(bucket.take(now));
  now += 150ms;
  EXPECT_TRUE(bucket.take(now));
  EXPECT_FALSE(bucket.take(now));
  now += 50ms;  // the half that was left over counts
  EXPECT_TRUE(bucket.take(now));
  now += 24h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(now));
  EXPECT_FALSE(bucket.take(now));
  Bucket no_limit(0, 0, now);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(no_limit.take(now));
}

}  // namespace chat_commands_test
}  // namespace book
