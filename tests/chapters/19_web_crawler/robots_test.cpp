// robots.txt, by RFC 9309. (Chapter 19)
#include "19_web_crawler/robots.h"

#include <gtest/gtest.h>

#include <string>

namespace book::crawl {
namespace robots_test {

bool allowed(std::string_view text, std::string_view target) {
  return Robots::parse(text, "async-book").allows(target);
}

TEST(Robots, MatchFromTheBeginningWithStarsAndADollar) {
  struct Row {
    const char *pattern, *target;
    bool fits;
  };
  const Row rows[] = {
      {"/", "/anything", true},
      {"/fish", "/fish.html", true},
      {"/fish", "/Fish", false},
      {"/fish", "/a/fish", false},
      {"/fish*", "/fishheads", true},
      {"/fish/", "/fish", false},
      {"/*.php", "/folder/x.php?y", true},
      {"/*.php$", "/x.php?y", false},
      {"/*.php$", "/x.php", true},
      {"/*.php$", "/x.php.php", true},
      {"/fish*.php", "/fishheads/a.php", true},
      {"/a*b*c", "/aXbYc", true},
      {"/a*b*c", "/acb", false},
      {"/$", "/", true},
      {"/$", "/x", false},
      {"*", "/x", true},
      {"/**a", "/xa", true},
      {"/a$b", "/a$b", true},
      {"/x*x$", "/x", false},
      {"$", "/", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(robots_match(row.pattern, row.target), row.fits) << row.pattern << ' ' << row.target;
}

TEST(Robots, TheLongestRuleDecides) {
  const char* text = "User-agent: *\nDisallow: /p\nAllow: /p/open\nDisallow: /p/open/not\n";
  EXPECT_TRUE(allowed(text, "/"));
  EXPECT_FALSE(allowed(text, "/p/x"));
  EXPECT_TRUE(allowed(text, "/p/open/x"));
  EXPECT_FALSE(allowed(text, "/p/open/not"));
  EXPECT_TRUE(allowed("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a")) << "Allow wins a tie";
  EXPECT_TRUE(allowed("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a")) << "in either order";
}

TEST(Robots, AGroupIsForThoseItNames) {
  const char* text =
      "User-agent: *\nDisallow: /\n"
      "User-agent: other\nUser-agent: Async-Book/2.0\nDisallow: /a\n"
      "User-agent: else\nDisallow: /c\n"
      "User-Agent : ASYNC-BOOK\nDisallow: /b\n";
  EXPECT_TRUE(allowed(text, "/x")) << "one who is named has nothing to do with '*'";
  EXPECT_FALSE(allowed(text, "/a"));
  EXPECT_FALSE(allowed(text, "/b")) << "all groups that name it count";
  EXPECT_TRUE(allowed(text, "/c"));
  EXPECT_FALSE(Robots::parse(text, "stranger").allows("/x"));
  EXPECT_TRUE(allowed("User-agent: async-book\n\nUser-agent: *\nDisallow: /x\n", "/y"));
}

TEST(Robots, AreReadWithAllTheirFaults) {
  EXPECT_FALSE(allowed("\xef\xbb\xbfuser-agent:*\r\ndisallow:/a # not this\r\n", "/a"));
  EXPECT_FALSE(allowed("User-agent: *\rDisallow: /a\r", "/a")) << "a line may end in CR";
  EXPECT_TRUE(allowed("User-agent: *\nDisallow:\n", "/a")) << "an empty one forbids nothing";
  EXPECT_TRUE(allowed("Disallow: /a\n", "/a")) << "a rule of no group";
  EXPECT_FALSE(allowed("User-agent: *\nSitemap: http://x/\nnonsense\nDisallow: /a", "/a"));
  EXPECT_FALSE(allowed("User-agent: *\nDisallow: /%7e\xc3\xa4\n", "/%7E%C3%A4"));
  EXPECT_TRUE(allowed("User-agent: *\nDisallow: /\n", "/robots.txt"));
  EXPECT_TRUE(allowed("", "/a"));
  EXPECT_FALSE(Robots::nothing_allowed().allows("/a"));
}

// A site that would like to keep us busy.
TEST(Robots, CostNoMoreThanTheirLengthTimesTheAddress) {
  std::string text = "User-agent: *\n";
  std::string pattern = "/";
  // Each star fits at each 'a': one that tries them all never comes to an end.
  while (pattern.size() + 4 < Robots::kMostPattern) pattern += "*a";
  while (text.size() < Robots::kMostBytes) text += "Disallow: " + pattern + "b$\n";
  EXPECT_TRUE(allowed(text, "/" + std::string(1900, 'a')));
  std::string many = "User-agent: *\n";
  for (std::size_t i = 0; i < Robots::kMostRules; ++i) many += "Disallow: /no\n";
  EXPECT_TRUE(allowed(many + "Disallow: /late\n", "/late"));
}

TEST(Robots, ARuleThatIsCutCountsForNothing) {
  const std::string last = "\nDisallow: /";
  std::string text = "User-agent: *\nDisallow: /no\n";
  text += std::string(Robots::kMostBytes - text.size() - last.size(), '#') + last;
  ASSERT_EQ(text.size(), Robots::kMostBytes);
  EXPECT_FALSE(allowed(text, "/x")) << "it is whole";
  EXPECT_TRUE(allowed(text + "private\n", "/x")) << "cut, it would forbid everything";
  EXPECT_FALSE(allowed(text + "private\n", "/no"));
}

}  // namespace robots_test
}  // namespace book::crawl
