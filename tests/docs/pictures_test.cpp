// Pictures in pages, and the house at the head of each chapter.
#include <gtest/gtest.h>

#include <string>

#include "docs/each_page.h"
#include "docs/pages.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::docs {
namespace pictures_test {

const std::string kGood =
    "<svg viewBox=\"0 0 9 9\"><title>A waker</title>\n"
    "<style>@media (prefers-color-scheme: dark) { text { fill: #fff } }</style>\n"
    "<path marker-end=\"url(#tip)\"/><use href=\"#tip\"/></svg>\n";

class Pictures : public testing::Test {
 protected:
  std::vector<Problem> problems() { return check_pictures(all_pages(root_.path()), root_.path()); }

  test::TemporaryFolder root_;
};

TEST_F(Pictures, SayInWordsWhatTheyShow) {
  root_.write("chapters/01_x/pictures/a.svg", kGood);
  root_.write("chapters/01_x/README.md", "# X\n![A waker](pictures/a.svg)\n");
  EXPECT_TRUE(problems().empty());
  root_.write("chapters/01_x/README.md", "# X\n<img alt=\"A waker\" src=\"pictures/a.svg\">\n");
  EXPECT_TRUE(problems().empty());
  root_.write("chapters/01_x/README.md", "# X\n![A task](pictures/a.svg)\n");
  ASSERT_EQ(problems().size(), 1U) << "other words than in the picture";
  EXPECT_EQ(problems()[0].where, "chapters/01_x/README.md:2");
  root_.write("chapters/01_x/README.md", "# X\n![](pictures/a.png) ![A waker](pictures/a.svg)\n");
  EXPECT_EQ(problems().size(), 1U) << "no words";
}

TEST_F(Pictures, FitANarrowAndADarkPageAndAskForNothing) {
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string svg = kGood;
    svg.replace(svg.find(what), what.size(), instead);
    root_.write("a.svg", svg);
    root_.write("a.md", "![A waker](a.svg)\n");
    return problems().size();
  };
  EXPECT_EQ(with("viewBox", "viewBox"), 0U);
  EXPECT_EQ(with("viewBox", "size"), 1U);
  EXPECT_EQ(with("dark", "light"), 1U);
  EXPECT_EQ(with("title>A waker</title", "desc>A waker</desc"), 1U);
  EXPECT_EQ(with("href=\"#tip", "href=\"https://x.y/tip"), 1U);
  EXPECT_EQ(with("url(#tip", "url(tip.svg"), 1U);
  EXPECT_EQ(with("<style>", "<style>@import 'x.css';"), 1U);
}

TEST_F(Pictures, AreShownByAPage) {
  root_.write("chapters/01_x/pictures/a.svg", kGood);
  root_.write("chapters/01_x/README.md", "# X\n");
  ASSERT_EQ(problems().size(), 1U);
  EXPECT_EQ(problems()[0].where, "chapters/01_x/pictures/a.svg");
}

TEST_F(Pictures, AreLinksThatLeadSomewhere) {
  root_.write("a.md", "![A](gone.svg)\n<img src=\"gone.png\" alt=\"A\">\n`![no](picture.svg)`\n");
  const auto found = check_links(all_pages(root_.path()), root_.path());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].where, "a.md:1");
  EXPECT_EQ(found[1].where, "a.md:2");
}

class House : public testing::Test {
 protected:
  House() { build("05_x", "add_chapter(05_x)\n"); }

  void build(const std::string& chapter, const std::string& cmake) {
    root_.write("chapters/" + chapter + "/main.cpp", "");
    root_.write("chapters/" + chapter + "/CMakeLists.txt", cmake);
    root_.write("chapters/" + chapter + "/README.md", "# X\n");
  }
  test::ShellResult house(const std::string& arguments) {
    const auto script = test::source_dir() / "tests/support/make/house.sh";
    return test::shell(root_.path(), "sh " + test::quoted(script.string()) + " " + arguments);
  }
  /// Draws, and puts into README.md what the script asks for.
  void draw(const std::string& chapter, const std::string& under) {
    house("");
    root_.write("chapters/" + chapter + "/README.md",
                "# X\n\n![The house that the book builds: floor " + chapter.substr(0, 2) +
                    ", async and await, is lit. It stands on " + under +
                    ".](pictures/house.svg)\n");
  }

  test::TemporaryFolder root_;
};

TEST_F(House, IsDrawnFromTheChapters) {
  draw("05_x", "common alone");
  EXPECT_EQ(house("--check").code, 0) << house("--check").output;
  const std::string svg = root_.read("chapters/05_x/pictures/house.svg");
  EXPECT_NE(svg.find("Join (not built yet)"), svg.npos);
  EXPECT_EQ(svg.find("async and await (not built yet)"), svg.npos);
}

TEST_F(House, IsStaleWhenAFloorIsBuilt) {
  draw("05_x", "common alone");
  build("07_y", "add_chapter(07_y)\n");
  const test::ShellResult check = house("--check");
  EXPECT_EQ(check.code, 1);
  EXPECT_TRUE(check.says("chapters/05_x/pictures/house.svg is not as")) << check.output;
  EXPECT_TRUE(check.says("chapters/07_y/README.md lacks")) << check.output;
}

TEST_F(House, IsStaleWhenAFloorStandsOnAnother) {
  draw("05_x", "common alone");
  root_.write("chapters/05_x/CMakeLists.txt", "add_chapter(05_x STANDS_ON 02 04\n  FLOORS a b)\n");
  EXPECT_EQ(house("--check").code, 1);
  draw("05_x", "floors 02 and 04");
  EXPECT_EQ(house("--check").code, 0) << house("--check").output;
}

TEST(TheBook, SaysInWordsWhatItsPicturesShow) {
  expect_none(check_pictures(all_pages(test::source_dir()), test::source_dir()));
}

TEST(TheBook, ShowsTheHouseAsItIsAtEachChapter) {
  const test::ShellResult check =
      test::shell(test::source_dir(), "sh tests/support/make/house.sh --check");
  EXPECT_EQ(check.code, 0) << check.output;
}

}  // namespace pictures_test
}  // namespace book::docs
