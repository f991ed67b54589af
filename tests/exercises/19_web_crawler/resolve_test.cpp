#include "exercise/resolve.h"

#include <gtest/gtest.h>

#include <string>

namespace book {
namespace {

using exercise::resolve;

std::string in_page(std::string_view reference, std::string_view page = "http://a/b/c/d;p?q") {
  return resolve(page, reference);
}

TEST(Resolve, FindsWhatStandsBesideThePage) {
  EXPECT_EQ(in_page("g", "http://a/b/c/d"), "http://a/b/c/g")
      << "The page is in the folder /b/c/, and so is what it calls g.";
  EXPECT_EQ(in_page("g", "http://a/b/c/d;p?q"), "http://a/b/c/g")
      << "The query was the page's, and not its neighbour's.";
  EXPECT_EQ(in_page("g/"), "http://a/b/c/g/");
  EXPECT_EQ(in_page(";x"), "http://a/b/c/;x");
  EXPECT_EQ(in_page("g;x?y#s"), "http://a/b/c/g;x?y#s");
  EXPECT_EQ(in_page("g?y"), "http://a/b/c/g?y");
}

TEST(Resolve, KnowsAPageThatSaysAllItself) {
  EXPECT_EQ(in_page("g:h"), "g:h") << "A link with a scheme says all itself, whatever the scheme.";
  EXPECT_EQ(in_page("mailto:you"), "mailto:you") << "It has no host, and its path no top.";
  EXPECT_EQ(in_page("http://x/y?z#w"), "http://x/y?z#w");
  EXPECT_EQ(in_page("http://x/a/../b"), "http://x/b")
      << "It says all itself, and still has dots in it: this is /b, or a crawler fetches it twice.";
  EXPECT_EQ(in_page("http://x/a/./?y/../z"), "http://x/a/?y/../z");
}

TEST(Resolve, KnowsTheTopOfAHostFromAHost) {
  EXPECT_EQ(in_page("/g"), "http://a/g");
  EXPECT_EQ(in_page("//g"), "http://g")
      << "Two slashes begin the name of a host. It is no path from the top, and "
         "nothing behind the host is the page's.";
  EXPECT_EQ(in_page("//g/x?y"), "http://g/x?y");
}

TEST(Resolve, KeepsThePageWhereALinkSaysLittle) {
  EXPECT_EQ(in_page(""), "http://a/b/c/d;p?q")
      << "An empty link is the page itself, with its query. It is not the folder.";
  EXPECT_EQ(in_page("#s"), "http://a/b/c/d;p?q#s")
      << "A place in the page: the page is still /b/c/d;p?q, and its query belongs to it.";
  EXPECT_EQ(in_page("?y"), "http://a/b/c/d;p?y")
      << "The page's path, and the link's query in the place of the page's.";
  EXPECT_EQ(in_page("?"), "http://a/b/c/d;p?") << "An empty query is a query.";
  EXPECT_EQ(in_page("", "http://a/b#s"), "http://a/b") << "The page's own fragment never counts.";
}

TEST(Resolve, TakesTheDotsAwayAfterItHasPutThePathTogether) {
  EXPECT_EQ(in_page("../g"), "http://a/b/g")
      << "One folder up from /b/c/. Put the folder in front first, and take the dots away then.";
  EXPECT_EQ(in_page("../../g"), "http://a/g") << "Two folders up from /b/c/: that is the top.";
  EXPECT_EQ(in_page("./g"), "http://a/b/c/g");
  EXPECT_EQ(in_page("./../g"), "http://a/b/g");
  EXPECT_EQ(in_page("g/./h"), "http://a/b/c/g/h");
  EXPECT_EQ(in_page("g/../h"), "http://a/b/c/h");
  EXPECT_EQ(in_page("g;x=1/../y"), "http://a/b/c/y");
  EXPECT_EQ(in_page("/./g"), "http://a/g") << "A path from the top may have dots, too.";
}

TEST(Resolve, ClimbsNoHigherThanTheTop) {
  EXPECT_EQ(in_page("../../../g"), "http://a/g")
      << "There is nothing above the top: a .. too many is dropped.";
  EXPECT_EQ(in_page("../../../../g"), "http://a/g");
  EXPECT_EQ(in_page("/../g"), "http://a/g");
}

TEST(Resolve, LeavesASlashBehindADotAtTheEnd) {
  EXPECT_EQ(in_page("."), "http://a/b/c/")
      << "A folder ends in a slash: without it, its links would mean something else.";
  EXPECT_EQ(in_page("./"), "http://a/b/c/");
  EXPECT_EQ(in_page(".."), "http://a/b/");
  EXPECT_EQ(in_page("../"), "http://a/b/");
  EXPECT_EQ(in_page("../.."), "http://a/");
  EXPECT_EQ(in_page("./g/."), "http://a/b/c/g/");
}

TEST(Resolve, LeavesNamesWithDotsAlone) {
  for (const char* name : {"g.", ".g", "g..", "..g"})
    EXPECT_EQ(in_page(name), "http://a/b/c/" + std::string(name))
        << "Only a segment that is . or .. and nothing else is special.";
  EXPECT_EQ(in_page("g//h"), "http://a/b/c/g//h")
      << "Between two slashes is a segment like any other, which happens to be empty. It stays.";
  EXPECT_EQ(in_page("g//../h"), "http://a/b/c/g/h") << "A .. takes the empty segment away.";
}

TEST(Resolve, LooksForNoSlashInAQuery) {
  EXPECT_EQ(in_page("g?y/../x"), "http://a/b/c/g?y/../x") << "Dots in a query mean nothing.";
  EXPECT_EQ(in_page("g#s/../x"), "http://a/b/c/g#s/../x");
  EXPECT_EQ(in_page("g", "http://a/b/c?q/r"), "http://a/b/g")
      << "The folder is what stands before the last slash of the PATH. This one is in the query.";
}

TEST(Resolve, TakesAPageWithoutAPathForTheTop) {
  EXPECT_EQ(in_page("g", "http://a"), "http://a/g")
      << "A page without a path is the top of its host: beside it is /g.";
  EXPECT_EQ(in_page("../g", "http://a?q"), "http://a/g");
}

}  // namespace
}  // namespace book
