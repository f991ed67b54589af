// The links of a page. (Chapter 19)
#include "19_web_crawler/links.h"

#include <gtest/gtest.h>

#include <string>

#include "fuzz/check_page.h"

namespace book::crawl {
namespace links_test {

std::string links_of(std::string_view html) {
  std::string all;
  const PageLinks page = find_links(html);
  if (!page.base.empty()) all = "base " + page.base;
  for (const std::string& link : page.links) all += (all.empty() ? "" : " ") + link;
  return all;
}

TEST(Links, AreWhatABrowserWouldFollowOrFetch) {
  const std::pair<const char*, const char*> rows[] = {
      {"<a href=\"b.html\">b</a>", "b.html"},
      {"<A HREF='b.html'>", "b.html"},
      {"<a\n\tclass=x href = b.html>", "b.html"},
      {"<a href=b/>", "b/"},
      {"<a href=b.html", ""},  // its tag has no end
      {"<a href=\"b.html>", ""},
      {"<img src=c.png/>", "c.png/"},
      {"<img src='c.png'/><script src=s.js></script><iframe src=i.html></iframe>",
       "c.png s.js i.html"},
      {"<link rel=stylesheet href=s.css><link rel=preconnect href=//x>", "s.css"},
      {"<base href=/d/><a href=e><base href=/no/>", "base /d/ e"},
      {"<a name=x><p href=no><ahref=no>", ""},
      {"<!-- <a href=no> --><a href=yes>", "yes"},
      {"<!--><a href=yes>--><!---><a href=too>", "yes too"},
      {"<!-- a --!><a href=yes>", "yes"},
      {"<!-- a ---><a href=yes>", "yes"},
      {"<!-- never ends <a href=no>", ""},
      {"<!doctype html><?php <a href=no> ?><a href=yes>", "yes"},
      {"<script>if (a<b) document.write('<a href=no>')</script><a href=yes>", "yes"},
      {"<script></scripty><a href=no></SCRIPT ><a href=yes>", "yes"},
      {"<title><a href=no></title><textarea><a href=no></textarea><style><a href=no></style>", ""},
      {"<noscript><a href=yes></noscript>", "yes"},
      {"a < b <a href=yes>", "yes"},
      {"</a href=no><a href=yes>", "yes"},
      {"<a title='>' href=yes>", "yes"},
      {"<a href=one href=two HREF=three>", "one"},
      {"<base href='' href=/no/><base href=/d/>", "base /d/"},
      {"<link rel=next rel=preconnect href=p>", "p"},
      {"<a =href=no href=yes>", "yes"},
      {"<video poster=p.jpg src=v.mp4><source src=w.mp4>", "p.jpg v.mp4 w.mp4"},
      {"<a href=''>", ""},
      {"<", ""},
      {"<a", ""},
      {"<!--", ""},
      {"<a href", ""},
      {"<a href=", ""},
  };
  for (const auto& [html, links] : rows) {
    EXPECT_EQ(links_of(html), links) << html;
    EXPECT_EQ(fuzz::check_page(html), "") << html;
  }
}

TEST(Links, HaveTheirEntitiesRead) {
  const std::pair<const char*, const char*> rows[] = {
      {"?a=1&amp;b=2", "?a=1&b=2"},
      {"?a=1&ampb=2", "?a=1&ampb=2"},
      {"?a=1&amp", "?a=1&"},
      {"?a&lt;&gt;&quot;&apos;", "?a<>\"'"},
      {"?a=1&copy=2", "?a=1&copy=2"},
      {"&#47;&#x2F;&#x2f", "///"},
      {"&#228;&#x4f60;&#128169;", "\xc3\xa4\xe4\xbd\xa0\xf0\x9f\x92\xa9"},
      {"&#0;&#xd800;&#x110000;&#99999999999;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"&#;&#x;&;&", "&#;&#x;&;&"},
      {"&unknown;", "&unknown;"},
      {"&amp;amp;", "&amp;"},
  };
  for (const auto& [text, meant] : rows) EXPECT_EQ(without_entities(text), meant) << text;
}

TEST(Links, AreNotCountedWithoutEnd) {
  std::string html;
  for (std::size_t i = 0; i < kMostLinks + 10; ++i) html += "<a href=x>";
  const PageLinks page = find_links(html);
  EXPECT_EQ(page.links.size(), kMostLinks);
  EXPECT_TRUE(page.more);
  html.resize(kMostLinks * 10);
  EXPECT_EQ(find_links(html).links.size(), kMostLinks);
  EXPECT_FALSE(find_links(html).more) << "as many as may be, and no more";
}

TEST(Links, OfOneTagAreNoMoreThanItsAttributes) {
  std::string html = "<video";
  for (std::size_t i = 0; i < 10 * kMostLinks; ++i) html += " src=x poster=y";
  EXPECT_EQ(find_links(html + '>').links.size(), 2u);
}

// Each of these costs its length once, or the test takes minutes.
TEST(Links, AreFoundInOnePassWhateverIsNotClosed) {
  for (const char* piece :
       {"<!--", "<!-- --", "<a href='", "<a ", "<script>", "</", "<!", "&#", "&amp"}) {
    std::string html;
    while (html.size() < 400'000) html += piece;
    (void)find_links(html);
    (void)without_entities(html);
  }
}

}  // namespace links_test
}  // namespace book::crawl
