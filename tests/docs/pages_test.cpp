#include "docs/pages.h"
#include "docs/each_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "support/paths.h"

namespace book::docs {
namespace pages_test {
namespace fs = std::filesystem;

// A folder with files of our own, gone at the end of the test.
class Pages : public testing::Test {
 protected:
  Pages() {
    std::string pattern = (fs::temp_directory_path() / "book_docs_XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Pages() override { fs::remove_all(root_); }

  void write(const fs::path& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::vector<Problem> snippet(const std::string& code) {
    const Page page = parse_page("p.md", "<!-- file: a.h -->\n```cpp\n" + code + "```\n");
    return check_snippet(page, page.blocks.at(0), root_);
  }
  std::vector<Problem> links() { return check_links(all_pages(root_), root_); }
  std::vector<Problem> chapters() { return check_chapters(all_pages(root_), root_); }

  fs::path root_;
};

TEST_F(Pages, CodeIsInItsFileWordForWord) {
  write("a.h", "class A {\n public:\n  int x;\n\n  int y;\n};\n");
  EXPECT_TRUE(snippet("  int x;\n\n  int y;\n").empty());
  EXPECT_TRUE(snippet("int x;\n\nint y;\n").empty()) << "indented differently";
  EXPECT_TRUE(snippet("class A {\n  // ...\n  int y;\n};\n").empty()) << "something left out";
  EXPECT_EQ(snippet("int z;\n").size(), 1U);
  EXPECT_EQ(snippet("int x;\n  int y;\n").size(), 1U) << "the empty line is missing";
  EXPECT_EQ(snippet("int y;\n// ...\nint x;\n").size(), 1U) << "in another order";
  EXPECT_EQ(snippet(" public:\nint x;\n").size(), 1U) << "indented unevenly";
}

TEST_F(Pages, TheFirstDifferenceIsShown) {
  write("a.h", "int x;\nint y;\n");
  const auto problems = snippet("int x;\nint why;\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].what.find("int why;\n  the file: int y;"), std::string::npos)
      << problems[0].what;
}

TEST_F(Pages, LinksLeadSomewhere) {
  write("a/b.md",
        "# Run it, now!\n# Run it, now!\n[up](../c.md#sleep--wake) [here](#run-it-now-1) "
        "[web](https://x.y)\n");
  write("c.md", "# Sleep · wake\n[b](a/b.md) `[no](link)`\n```\n[no](link)\n```\n");
  EXPECT_TRUE(links().empty());
  write("d.md", "[gone](gone.md)\n[no heading](c.md#nothing)\n");
  const auto problems = links();
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].where, "d.md:1");
  EXPECT_EQ(problems[1].where, "d.md:2");
}

TEST_F(Pages, AChapterHasItsParts) {
  write("chapters/01_x/main.cpp", "");
  EXPECT_EQ(chapters().size(), 1U) << "no README.md";
  const std::string parts =
      "# X\n## Predict\n## Run it\n## Rust and C++\n## What goes wrong\n## Exercises\n";
  write("chapters/01_x/README.md", parts + "## Next\n");
  EXPECT_TRUE(chapters().empty());
  write("chapters/01_x/README.md", parts);
  EXPECT_EQ(chapters().size(), 1U);
  write("chapters/01_x/README.md", "# X\n<!-- chapter: first slice -->\n");
  EXPECT_TRUE(chapters().empty());
}

TEST_F(Pages, AnExerciseHasThreeHints) {
  write("chapters/01_x/main.cpp", "");
  write("chapters/01_x/solutions/twice.h", "");
  const std::string top = "# X\n## Predict\n## Run it\n## Rust\n## Wrong\n## Next\n## Exercises\n";
  write("chapters/01_x/README.md", top);
  EXPECT_EQ(chapters().size(), 1U) << "no heading";
  write("chapters/01_x/README.md",
        top + "### 1. Double it: `twice`\n<details>\n<details>\n### Other\n<details>\n");
  EXPECT_EQ(chapters().size(), 1U) << "two hints";
  write("chapters/01_x/README.md",
        top + "### 1. Double it: `twice`\n<details>\n<details>\n#### More\n<details>\n");
  EXPECT_TRUE(chapters().empty());
}

TEST_F(Pages, AFurtherPageIsReachedFromReadme) {
  write("chapters/01_x/main.cpp", "");
  write("chapters/01_x/solutions/twice.h", "");
  const std::string readme =
      "# X\n## Predict\n## Run it\n## Rust\n## Wrong\n## Next\n## Exercises\n";
  write("chapters/01_x/MORE.md",
        "# More\n### 1. Double it: `twice`\n<details>\n<details>\n<details>\n");
  write("chapters/01_x/README.md", readme);
  ASSERT_EQ(chapters().size(), 1U) << "no link to it";
  EXPECT_EQ(chapters()[0].where, "chapters/01_x/MORE.md");
  write("chapters/01_x/README.md", readme + "[more](MORE.md#more)\n");
  EXPECT_TRUE(chapters().empty()) << "its exercise may stand there, too";
}

// The rules for code, links and transcripts go through all_pages: so a further page is one of them.
TEST_F(Pages, AFurtherPageIsHeldToTheSameRules) {
  write("chapters/01_x/a.h", "int x;\n");
  write("chapters/01_x/MORE.md",
        "# More\n<!-- file: chapters/01_x/a.h -->\n```cpp\nint y;\n```\n[gone](gone.md)\n");
  const std::vector<Page> pages = all_pages(root_);
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_EQ(check_snippet(pages[0], pages[0].blocks.at(0), root_).size(), 1U);
  EXPECT_EQ(links().size(), 1U);
}

TEST_F(Pages, TheMapSaysHowLongAChapterTakes) {
  const auto times = [&] { return check_times(all_pages(root_), root_); };
  const auto map = [&](const std::string& hours, int sum) {
    write("README.md", "# Book\n| [01 X](chapters/01_x/README.md) | x | " + hours +
                           " |\n\nTogether they take about " + std::to_string(sum) + " hours.\n");
  };
  write("chapters/01_x/main.cpp", "");
  write("chapters/01_x/README.md",
        "# X\n*About 35 minutes, and as long\nagain for the exercises.*\n");
  map("1¼ hours", 1);
  EXPECT_TRUE(times().empty()) << "70 minutes, to the quarter of an hour";
  map("1½ hours", 2);
  EXPECT_EQ(times().size(), 1U) << "90 minutes they are not";
  map("1¼ hours", 3);
  EXPECT_EQ(times().size(), 1U) << "the sum";
  write("chapters/01_x/MORE.md", "# More\n*About 50 minutes. You need the first page.*\n");
  map("1¼ hours", 1);
  EXPECT_EQ(times().size(), 1U) << "there is another page";
  map("2 hours", 2);
  EXPECT_TRUE(times().empty()) << "70 and 50";
  write("README.md", "# Book\n");
  EXPECT_EQ(times().size(), 1U) << "not in the map";
  write("chapters/01_x/README.md", "# X\n");
  write("chapters/01_x/MORE.md", "# More\n");
  EXPECT_EQ(times().size(), 1U) << "it does not say";
}

TEST_F(Pages, TheEveningIsAsLongAsItSays) {
  std::string words;
  for (int i = 0; i < 98; ++i) words += "word ";
  write("a.md",
        "# One\n![Twelve words or more that describe a picture, from left to right](a.svg)\n" +
            words + "\n## Stop here, please\nmore\n");
  write("a.h", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
  const auto says = [&](const std::string& row) {
    return check_evening(parse_page("README.md", row), root_).size();
  };
  const std::string sum = "\n\nTogether about 100 words and 10 lines.\n";
  EXPECT_EQ(says("| [01](a.md), up to \"Stop here\" | 100 | [a.h](a.h) | 10 |" + sum), 0U);
  EXPECT_EQ(says("| [01](a.md), up to \"Stop here\" | 150 | [a.h](a.h) | 12 |" + sum), 2U);
  EXPECT_EQ(says("| [01](a.md), up to \"Nowhere\" | 100 | [a.h](a.h) | 10 |"), 2U);
  EXPECT_EQ(says("| [01](a.md), up to \"Stop here\" | 100 | [a.h](a.h) | 10 |\n\n"
                 "Together about 90 words and 20 lines.\n"),
            1U);
}

TEST_F(Pages, ALongPageBeginsWithItsContents) {
  const auto problems = [](const std::string& head, int lines) {
    std::string text = "# A page\n" + head + "\n## One part\n";
    for (int i = 0; i < lines; ++i) text += "a line\n";
    return check_contents(parse_page("p.md", text + "## `Two` parts\n[late](#two-parts)\n"));
  };
  EXPECT_TRUE(problems("[One part](#one-part), [`Two` parts](#two-parts)", 300).empty());
  EXPECT_TRUE(problems("", 100).empty()) << "a short one may do without";
  const auto missing = problems("[One part](#one-part)", 300);
  ASSERT_EQ(missing.size(), 1U) << "a link behind the first part is none of the contents";
  EXPECT_EQ(missing[0].where, "p.md:304");
  EXPECT_EQ(problems("", 300).size(), 2U);
}

class Code : public EachPage {};

TEST_P(Code, IsInItsFile) {
  for (const MarkedBlock& block : blocks("file"))
    expect_none(check_snippet(GetParam(), block, test::source_dir()));
}

INSTANTIATE_TEST_SUITE_P(TheBook, Code, pages_with("file"), name_of_page);

TEST(TheBook, LinksLeadSomewhere) {
  expect_none(check_links(all_pages(test::source_dir()), test::source_dir()));
}

TEST(TheBook, LongChaptersBeginWithTheirContents) {
  for (const Page& page : all_pages(test::source_dir())) {
    if (page.file.string().starts_with("chapters/")) expect_none(check_contents(page));
  }
}

TEST(TheBook, TheEveningIsAsLongAsItSays) {
  for (const Page& page : all_pages(test::source_dir())) {
    if (page.file == "README.md") expect_none(check_evening(page, test::source_dir()));
  }
}

TEST(TheBook, TheMapAddsUpTheTimesOfTheChapters) {
  expect_none(check_times(all_pages(test::source_dir()), test::source_dir()));
}

// So that `make hint EXERCISE=alarm` needs no chapter, and nobody solves the same thing twice.
TEST(TheBook, NoTwoExercisesShareAName) {
  static const std::regex declared(R"(\nadd_(?:exercise|piece)\((\w+)\s+(\w+))");
  std::map<std::string, std::string> chapter_of;
  for (const auto& chapter : fs::directory_iterator(test::source_dir() / "chapters")) {
    if (!fs::exists(chapter.path() / "CMakeLists.txt")) continue;
    const std::string lists = read_file(chapter.path() / "CMakeLists.txt");
    for (std::sregex_iterator it(lists.begin(), lists.end(), declared), end; it != end; ++it) {
      const auto [first, is_new] = chapter_of.emplace((*it)[2], (*it)[1]);
      EXPECT_TRUE(is_new) << (*it)[2] << " is in " << first->second << " and in " << (*it)[1];
    }
  }
  EXPECT_GT(chapter_of.size(), 60U) << "the search has become blind";
}

TEST(TheBook, ChaptersHaveTheirParts) {
  expect_none(check_chapters(all_pages(test::source_dir()), test::source_dir()));
}

}  // namespace pages_test
}  // namespace book::docs
