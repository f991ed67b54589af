#include "exercise/greeting.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "17_io/http/request_head.h"

namespace book::http {
namespace {

/// What stands in the heading: through the server's own parser, as a browser's request would.
std::string greeted(const std::string& path) {
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const Parsed parsed = parse(request);
  if (parsed.kind != Parsed::Kind::request) return "(the parser refuses it)";
  const std::optional<std::string> page = greeting(parsed.request.path);
  if (!page) return "(nothing)";
  const std::string before = "<h1>Hello, ", after = "!</h1>";
  const std::size_t begin = page->find(before), end = page->rfind(after);
  if (begin == std::string::npos || end == std::string::npos) return "(no heading)";
  return page->substr(begin + before.size(), end - begin - before.size());
}

TEST(GreetingTest, GreetsWhoIsInThePath) {
  ASSERT_TRUE(greeting("/hello/Ada"))
      << "greeting gives nothing for /hello/Ada. Begin there: does\n"
         "the path start with /hello/, and what is the rest?";
  EXPECT_EQ(greeted("/hello/Ada"), "Ada");
  EXPECT_EQ(greeted("/hello/Ada?with=a&query"), "Ada") << "the parser has cut off the query";
}

TEST(GreetingTest, LeavesOtherPathsToTheFiles) {
  for (const char* path : {"/", "/hello", "/hello/", "/hello.html", "/hello/a/b", "/hello//a",
                           "/other/Ada", "/hellos/Ada", "/other/hello/Ada"}) {
    EXPECT_FALSE(greeting(path)) << path
                                 << " is not /hello/ and a name without a slash. A name has "
                                 << "at least one character.";
  }
}

TEST(GreetingTest, UndoesPercentEncoding) {
  EXPECT_EQ(greeted("/hello/Grace%20Hopper"), "Grace Hopper")
      << "%20 is one character, written as three: a blank. After it you go on behind the 0.";
  EXPECT_EQ(greeted("/hello/Ada%21"), "Ada!")
      << "A % and two digits may be the last of the path: then nothing follows, and need not.";
  EXPECT_EQ(greeted("/hello/C++"), "C++")
      << "In a path a + is a +. It means a blank only in what a form sends, behind the '?'.";
  EXPECT_EQ(greeted("/hello/%c3%85sa"), "\xc3\x85sa") << "two bytes of UTF-8 are one letter";
  EXPECT_EQ(greeted("/hello/A%00B"), std::string("A\0B", 3))
      << "%00 is a character as any other: append it as a char. A C string ends at it.";
  EXPECT_EQ(greeted("/hello/AC%2FDC"), "AC/DC")
      << "An encoded slash is part of the name: look for slashes before you decode.";
  EXPECT_EQ(greeted("/hello/100%2541"), "100%41")
      << "%25 is a percent sign, and then stands 41: it was decoded twice, and the guest's name\n"
         "is another one. What is decoded is no longer encoded.";
}

TEST(GreetingTest, RefusesWhatIsBadlyEncoded) {
  for (const char* path : {"/hello/100%", "/hello/%4", "/hello/%zz", "/hello/%4x", "/hello/%-1"}) {
    EXPECT_FALSE(greeting(path)) << path
                                 << ": a % without two hexadecimal digits stands for no character";
  }
  // A path is a piece of a request, and behind its end the request goes on.
  const std::string_view longer = "/hello/A%41";
  for (const std::size_t size : {9u, 10u}) {
    EXPECT_FALSE(greeting(longer.substr(0, size)))
        << "The path is " << longer.substr(0, size) << ", and you have read on behind its end.\n"
        << "A string_view ends where its size says, not at a zero: first ask how much is left.";
  }
}

TEST(GreetingTest, LetsNobodyWriteIntoThePage) {
  EXPECT_EQ(greeted("/hello/<script>alert(1)</script>"), "(nothing)") << "it has a slash";
  EXPECT_NE(greeted("/hello/<script>"), "&amp;lt;script&amp;gt;")
      << "The & of &lt; is yours, not the guest's, and is escaped twice when you replace one\n"
         "character after the other. Go through the text once.";
  EXPECT_EQ(greeted("/hello/<script>"), "&lt;script&gt;")
      << "Anybody can make a link to your server with a script in the name. Whoever clicks on it\n"
         "gets your page, and the stranger's script runs in your visitor's browser.";
  EXPECT_EQ(greeted("/hello/%3Cscript%3E"), "&lt;script&gt;")
      << "The same script, encoded: there was nothing to escape when you looked. First decode,\n"
         "then escape what came out of the decoding.";
  EXPECT_EQ(greeted("/hello/%22%27"), "&quot;&#39;")
      << "A quote ends an attribute, as soon as somebody puts the name into one.";
}

TEST(GreetingTest, EscapesEachCharacterOnce) {
  EXPECT_EQ(greeted("/hello/Tom%26Jerry"), "Tom&amp;Jerry")
      << "A & begins a character reference in HTML: it is one of the five, and becomes &amp;.";
  EXPECT_EQ(greeted("/hello/a%3Cb"), "a&lt;b")
      << "The & of &lt; is yours, not the guest's, and is escaped twice when you replace one\n"
         "character after the other. Go through the text once.";
  EXPECT_EQ(greeted("/hello/%26lt;"), "&amp;lt;") << "here the guest has typed an &";
}

}  // namespace
}  // namespace book::http
