// Every page of the site, every link and every anchor: from its files, and from the server of
// chapter 20.
#include <gtest/gtest.h>

#include <signal.h>

#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "chapters/20_web_server/client.h"
#include "chapters/20_web_server/program.h"
#include "docs/markdown.h"
#include "docs/text.h"
#include "site/built_book.h"
#include "site/link_walk.h"
#include "support/child_process.h"
#include "support/paths.h"
#include "support/watchdog.h"

namespace book::site {
namespace book_test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Book : public BuiltBook {
 protected:
  void SetUp() override {
    test::give_this_test(120s);
    BuiltBook::SetUp();
  }

  static bool read(const std::string& path, std::string& text) {
    if (!fs::is_regular_file(folder() / path)) return false;
    text = docs::read_file(folder() / path);
    return true;
  }
  static std::string page(const std::string& path) { return docs::read_file(folder() / path); }

  static std::string all(const Walk& found) {
    std::string lines;
    for (const std::string& problem : found.problems) lines += problem + "\n";
    return lines;
  }

  /// The files of the site that are pages.
  static std::set<std::string> files() {
    std::set<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder())) {
      if (entry.path().extension() == ".html")
        paths.insert(entry.path().lexically_relative(folder()).generic_string());
    }
    return paths;
  }
};

bool is_page(const std::string& path) { return path.ends_with(".html"); }

std::set<std::string> pages_of(const Walk& found) {
  std::set<std::string> pages;
  for (const std::string& path : found.pages)
    if (is_page(path)) pages.insert(path);
  return pages;
}

TEST_F(Book, HasNoLinkThatLeadsNowhere) {
  const Walk found = walk(read);
  EXPECT_EQ(all(found), "");
  EXPECT_EQ(pages_of(found), files()) << "a page to which nothing leads";
  EXPECT_GT(found.pages.size(), 500U);
}

TEST_F(Book, IsServedByChapter20WithoutALinkThatLeadsNowhere) {
  http::Program server({"--port", "0", "--root", folder().string()});
  const auto port = server.port();
  ASSERT_NE(port, 0) << server.errors();
  {
    http::Client client(port);
    const Walk found = walk([&](const std::string& path, std::string& text) {
      client.asks("/" + path);
      const std::string head = client.answer();
      text = client.body();
      return head.starts_with("HTTP/1.1 200 ");
    });
    EXPECT_EQ(all(found), "");
    EXPECT_EQ(pages_of(found), files());
  }
  EXPECT_EQ(server.end(SIGINT), 0);
}

TEST_F(Book, IsCrawledByChapter19WithoutABrokenLink) {
  http::Program server({"--port", "0", "--root", folder().string()});
  const auto port = server.port();
  ASSERT_NE(port, 0) << server.errors();
  const auto result = test::run_program(
      test::program("19_web_crawler"),
      "--url http://127.0.0.1:" + std::to_string(port) +
          "/ --depth 100 --max-pages 20000 --max-bytes 100000000 --timeout 60 --no-robots");
  EXPECT_EQ(result.exit_code, 0) << result.out
                                 << result.err.substr(
                                        result.err.rfind('\n', result.err.size() - 2) + 1);
  EXPECT_NE(result.out.find(" 0 broken"), std::string::npos) << result.out;
  EXPECT_GT(std::stoi(result.out), 500);
}

TEST_F(Book, AsksNobodyElseForAnything) {
  for (const std::string& path : files()) {
    const Links links = links_of(page(path));
    for (const std::string& asked : links.asked) {
      EXPECT_EQ(links.outside.count(asked), 0U) << path << " asks for " << asked;
      const bool is_a_run = asked.starts_with("wake/") && asked.ends_with(".html#embed");
      const bool is_a_picture = asked.starts_with("files/chapters/") && asked.ends_with(".svg");
      const bool is_the_player = path.starts_with("wake/") &&
                                 (asked == "style.css" || asked == "core.js" || asked == "view.js");
      EXPECT_TRUE(asked.ends_with("book.css") || asked.ends_with("book.js") || is_a_run ||
                  is_a_picture || is_the_player)
          << path << ": " << asked;
    }
  }
  for (const char* file : {"book.css", "book.js"}) {
    const std::string text = page(file);
    for (const char* word : {"http:", "https:", "url(", "@import", "fetch(", "XMLHttpRequest"})
      EXPECT_EQ(text.find(word), std::string::npos) << file << " has " << word;
  }
}

// A site made for these tests has no runs: those are in the one that is published.
TEST_F(Book, HasTheRunOfEveryTrapThatTheMuseumSaysHasATrace) {
  if (given().empty()) return;
  const std::string museum = docs::read_file(test::source_dir() / "MUSEUM.md");
  static const std::regex wake(R"re(`make wake CHAPTER=([0-9]+) ARGS="[^\n"]*--trap ([^ "]+))re");
  std::set<std::string> runs;
  for (std::sregex_iterator it(museum.begin(), museum.end(), wake), end; it != end; ++it)
    runs.insert("wake/" + (*it)[1].str() + "_" + (*it)[2].str() + ".html");
  EXPECT_GT(runs.size(), 50U);
  const Links links = links_of(page("museum.html"));
  for (const std::string& run : runs) {
    EXPECT_TRUE(links.targets.contains(run))
        << run << ": is its program not built, or has its trace no poll? "
        << "Then say why, in tests/support/site/museum.txt, in a line `untraced`";
    std::string text;
    EXPECT_TRUE(read(run, text)) << run;
    EXPECT_NE(text.find("\"e\":\"poll+\""), std::string::npos) << run;
    EXPECT_LT(text.size(), 500'000U) << run;
  }
}

TEST_F(Book, ShowsARunInTheChaptersThatTeachToReadOne) {
  if (given().empty()) return;
  for (const std::string chapter :
       {"01_simple_future", "02_timer_future", "04_io_executor", "05_async_await", "08_select"}) {
    const std::string run = "wake/" + chapter.substr(0, 2) + ".html";
    EXPECT_TRUE(links_of(page(chapter + ".html")).asked.contains(run + "#embed")) << chapter;
    EXPECT_NE(page(run).find("\"e\":\"poll+\""), std::string::npos) << run;
  }
}

TEST_F(Book, HasTheChaptersInTheirOrder) {
  const std::string third = page("03_channel_executor.html");
  EXPECT_NE(third.find("<a rel=\"prev\" href=\"02_timer_future.html\">"), std::string::npos);
  EXPECT_NE(third.find("<a rel=\"next\" href=\"04_io_executor.html\">"), std::string::npos);
  EXPECT_NE(third.find("<a href=\"03_channel_executor.html\" aria-current=\"page\">"),
            std::string::npos);
  EXPECT_EQ(page("index.html").find("rel=\"prev\""), std::string::npos);
}

TEST_F(Book, ShowsTheContentsOfAPageOnce) {
  const std::string contents = ">On this page<";
  for (const std::string& path : files()) {
    const std::string text = page(path);
    const std::size_t first = text.find(contents);
    const bool is_chapter =
        path.find('/') == path.npos && std::isdigit(static_cast<unsigned char>(path[0]));
    EXPECT_TRUE(!is_chapter || first != text.npos) << path;
    if (first == text.npos) continue;
    EXPECT_EQ(text.find(contents, first + 1), text.npos) << path;
  }
  EXPECT_NE(page("05_async_await.html").find("<h2 id=\"the-idea-in-one-minute\">"),
            std::string::npos)
      << "what follows is still there";
}

TEST_F(Book, DropsTheMarksAndFoldsTheAnswers) {
  for (const std::string& path : files()) {
    if (path.find('/') != std::string::npos) continue;
    const std::string text = page(path);
    EXPECT_EQ(text.find("<!-- "), std::string::npos) << path;
    const bool printed = path == "print.html";
    EXPECT_EQ(text.find("\n<details>") == std::string::npos && printed, printed) << path;
  }
  EXPECT_NE(page("02_timer_future.html").find("<details><summary>Answer</summary>"),
            std::string::npos);
  EXPECT_NE(page("print.html").find("<details open><summary>Answer</summary>"), std::string::npos);
}

TEST_F(Book, SaysFromWhichLineOfWhichFileCodeIs) {
  const std::string text = page("01_simple_future.html");
  const std::string begin = "<figcaption><a href=\"src/chapters/01_simple_future/join.h.html#L";
  const std::size_t at = text.find(begin);
  ASSERT_NE(at, std::string::npos);
  const int line = std::stoi(text.substr(at + begin.size()));
  const std::size_t code = text.find("<code class=\"language-cpp\">", at) + 27;
  const std::string shown = text.substr(code, text.find_first_of("&\n", code) - code);
  const auto lines =
      docs::split_lines(docs::read_file(test::source_dir() / "chapters/01_simple_future/join.h"));
  EXPECT_TRUE(
      docs::trim(lines.at(static_cast<std::size_t>(line - 1))).starts_with(docs::trim(shown)))
      << "line " << line << " is not: " << shown;
}

TEST_F(Book, FailsWhenAPageLinksToWhatTheSiteDoesNotShow) {
  const test::TemporaryFolder tree;
  fs::create_directories(tree.path() / "tests/support");
  fs::copy(test::source_dir() / "tests/support/make", tree.path() / "tests/support/make",
           fs::copy_options::recursive);
  fs::copy(test::source_dir() / "tests/support/site", tree.path() / "tests/support/site",
           fs::copy_options::recursive);
  const auto make = [&](const std::string& readme) {
    tree.write("README.md", readme);
    return test::shell(tree.path(), "sh tests/support/site/book.sh");
  };
  EXPECT_EQ(make("# A book\n[code](tests/support/site/book.js)\n").code, 0);
  const test::ShellResult broken = make("# A book\n[code](gone.h)\n");
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(broken.says("README.md: the site does not show what this link leads to: gone.h"))
      << broken.output;
  EXPECT_TRUE(fs::exists(tree.path() / "build/book/index.html")) << "the last good one stays";
}

// Without the site, and so without cmark-gfm: every page links only to what the site shows.
TEST(LinkWalk, TheSiteShowsWhateverAPageLinksTo) {
  const test::ShellResult listed =
      test::shell(test::source_dir(), "sh tests/support/site/book.sh --sources");
  ASSERT_EQ(listed.code, 0) << listed.output;
  std::set<std::string> shown;
  for (const std::string& file : docs::split_lines(listed.output)) {
    shown.insert(file);
    for (fs::path folder = fs::path(file).parent_path(); !folder.empty();
         folder = folder.parent_path())
      shown.insert(folder.generic_string());
  }
  EXPECT_GT(shown.size(), 500U) << "the list has gone";
  std::size_t links = 0;
  for (const docs::Page& page : docs::all_pages(test::source_dir())) {
    for (const docs::Link& link : page.links) {
      const std::string path = link.target.substr(0, link.target.find('#'));
      if (path.empty() || path.find(':') != std::string::npos) continue;
      ++links;
      std::string there = (page.file.parent_path() / path).lexically_normal().generic_string();
      if (there.ends_with('/')) there.pop_back();
      EXPECT_TRUE(shown.contains(there))
          << page.file << ":" << link.line << ": " << path
          << ": say in tests/support/site/book.sh that the site shows such files";
    }
  }
  EXPECT_GT(links, 500U) << "the search has become blind";
}

TEST(LinkWalk, FindsWhatLeadsNowhere) {
  const std::map<std::string, std::string> site = {
      {"index.html",
       R"(<a href="a.html#here">a</a> <a href="sub/b.html">b</a> <a href="https://x.y/z">z</a>)"},
      {"a.html", R"(<h2 id="here">x</h2><a class="q" href="gone.html">?</a>)"},
      {"sub/b.html",
       R"(<i id=L1></i><i id=L2></i><a href="../a.html#there">?</a><a href="#L2">2</a>)"}};
  const Walk found = walk([&](const std::string& path, std::string& text) {
    const auto it = site.find(path);
    if (it == site.end()) return false;
    text = it->second;
    return true;
  });
  EXPECT_EQ(found.pages.size(), 3U);
  const std::set<std::string> problems(found.problems.begin(), found.problems.end());
  EXPECT_EQ(problems, (std::set<std::string>{"a.html: gone.html leads nowhere",
                                             "sub/b.html: ../a.html#there: no such anchor there"}));
}

TEST(LinkWalk, KnowsWhatABrowserAsksFor) {
  const Links links = links_of(
      R"(<link rel="stylesheet" href="https://a.b/c.css"><script src="x.js"></script><a href="https://d.e">d</a>)");
  EXPECT_EQ(links.asked, (std::set<std::string>{"https://a.b/c.css", "x.js"}));
  EXPECT_EQ(links.outside, (std::set<std::string>{"https://a.b/c.css", "https://d.e"}));
}

}  // namespace book_test
}  // namespace book::site
