// Utf8Check: what is UTF-8, and at which byte it is none, in one piece and in many.
#include "17_io/bytes/utf8.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace book {
namespace utf8_test {

using namespace std::string_view_literals;

/// The number of the first wrong byte; -1 if there is none.
int first_wrong(std::string_view text) {
  Utf8Check check;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!check.feed(text.substr(i, 1))) return static_cast<int>(i);
  return -1;
}

struct Row {
  std::string_view text;
  int wrong;  ///< the first wrong byte, or -1
  bool ends;  ///< and may it end there?
};

TEST(Utf8Check, SeesTheFirstWrongByte) {
  const Row rows[] = {
      {""sv, -1, true},
      {"plain text, of more than eight bytes"sv, -1, true},
      {"\0"sv, -1, true},
      {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"sv, -1, true},
      {"\xc2\x80"sv, -1, true},          // U+0080, the first of two bytes
      {"\xdf\xbf"sv, -1, true},          // U+07FF
      {"\xe0\xa0\x80"sv, -1, true},      // U+0800
      {"\xed\x9f\xbf"sv, -1, true},      // U+D7FF, the last before the surrogates
      {"\xee\x80\x80"sv, -1, true},      // U+E000, the first behind them
      {"\xef\xbf\xbf"sv, -1, true},      // U+FFFF: no character, but allowed
      {"\xf0\x90\x80\x80"sv, -1, true},  // U+10000
      {"\xf4\x8f\xbf\xbf"sv, -1, true},  // U+10FFFF
      {"\xe2\x82"sv, -1, false},         // begun
      {"\xf0\x9f\x98"sv, -1, false},
      {"\x80"sv, 0, false},  // the middle of nothing
      {"12345678\xbf"sv, 8, false},
      {"\xc0\xaf"sv, 0, false},  // "/" in two bytes
      {"\xc1\xbf"sv, 0, false},
      {"\xe0\x9f\xbf"sv, 1, false},  // in three bytes what two can say
      {"\xf0\x8f\xbf\xbf"sv, 1, false},
      {"\xed\xa0\x80"sv, 1, false},  // a surrogate
      {"\xed\xbf\xbf"sv, 1, false},
      {"\xf4\x90\x80\x80"sv, 1, false},  // U+110000
      {"\xf5\x80\x80\x80"sv, 0, false},
      {"\xff"sv, 0, false},
      {"\xfe"sv, 0, false},
      {"\xc3\x28"sv, 1, false},  // cut short by another character
      {"\xe2\x82\xc3"sv, 2, false},
      {"\xf0\x9f\x98z"sv, 3, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(first_wrong(row.text), row.wrong) << testing::PrintToString(row.text);
    EXPECT_EQ(is_utf8(row.text), row.ends) << testing::PrintToString(row.text);
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
      Utf8Check check;
      check.feed(row.text.substr(0, cut));
      EXPECT_EQ(check.feed(row.text.substr(cut)), row.wrong < 0);
      EXPECT_EQ(check.ends_here(), row.ends) << testing::PrintToString(row.text) << " at " << cut;
    }
  }
}

TEST(Utf8Check, StaysBad) {
  Utf8Check check;
  EXPECT_FALSE(check.feed("\xff"));
  EXPECT_FALSE(check.feed("good"));
  EXPECT_FALSE(check.feed(""));
  EXPECT_FALSE(check.is_good());
}

/// Every character there is, written as the definition says; and every other value of as many bits.
TEST(Utf8Check, TakesEveryCharacterAndNothingElse) {
  const auto tail = [](unsigned bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  for (unsigned c = 0; c < 0x200000; ++c) {
    const std::string two{static_cast<char>(0xc0 | c >> 6), tail(c)};
    const std::string three{static_cast<char>(0xe0 | c >> 12), tail(c >> 6), tail(c)};
    const std::string four{static_cast<char>(0xf0 | c >> 18), tail(c >> 12), tail(c >> 6), tail(c)};
    if (c < 0x800 && is_utf8(two) != (c >= 0x80)) FAIL() << "two bytes: " << c;
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    if (c < 0x10000 && is_utf8(three) != (c >= 0x800 && !surrogate)) FAIL() << "three: " << c;
    if (is_utf8(four) != (c >= 0x10000 && c <= 0x10ffff)) FAIL() << "four: " << c;
  }
}

}  // namespace utf8_test
}  // namespace book
