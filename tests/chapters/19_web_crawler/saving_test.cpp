// Names of files, the folder of a crawl, the report and the line of progress. (Chapter 19)
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "19_web_crawler/page_name.h"
#include "19_web_crawler/report.h"
#include "19_web_crawler/saver.h"
#include "chapters/19_web_crawler/crawl.h"
#include "support/async_test.h"
#include "support/child_process.h"
#include "support/tests/shell.h"

namespace book::crawl {
namespace saving_test {

namespace fs = std::filesystem;

TEST(PageName, StaysInItsFolderAndTellsPagesApart) {
  struct Row {
    const char *url, *name;
    bool html = true;
  };
  const Row rows[] = {
      {"http://a/", "a/index.html"},
      {"http://a:81/", "a%3a81/index.html"},
      {"http://a/b", "a/b.html"},
      {"http://a/b.html", "a/b.html"},
      {"http://a/b/c?x=1&y=/..", "a/b/c@x%3d1%26y%3d%2f...html"},
      {"http://a/b.html/c", "a/b.html%/c.html"},
      {"http://a/..%2f..%2fetc/passwd", "a/%2e.%2f..%2fetc%/passwd.html"},
      {"http://a/%00%0a", "a/%00%0a.html"},
      {"http://a//x", "a/%/x.html"},
      {"http://a/.hidden", "a/%2ehidden.html"},
      {"http://../x", "%2e./x.html"},
      {"http://a/logo.png", "a/logo.png", false},
      {"http://a/logo", "a/logo.data", false},
      {"http://a/", "a/index.data", false},
      {"http://a/x.p=g", "a/x.p%3dg", false},
      {"http://a/x.tar.gz?v=1.5", "a/x.tar.gz@v%3d1.5", false},
      {"http://a/.png", "a/%2epng.data", false},
      {"http://a/x.", "a/x.", false},
      {"http://a/x.an-end-that-is-none", "a/x.an-end-that-is-none.data", false},
      {"http://a/x?\\", "a/x@%5c.html"},
      {"http://a/b.html.part", "a/b.html.part", false},
      {"http://a/b.html.part~", "a/b.html.part%7e", false},
      {"http://crawl.jsonl/x", "crawl.jsonl%/x.html"},
  };
  for (const Row& row : rows) EXPECT_EQ(page_name(url_of(row.url), row.html), row.name) << row.url;
  // Long names that differ at their end only.
  const std::string one = page_name(url_of("http://a/" + std::string(500, 'x') + '1'));
  const std::string other = page_name(url_of("http://a/" + std::string(500, 'x') + '2'));
  EXPECT_NE(one, other);
  EXPECT_EQ(one.size(), 2 + kMostName);
  // However long, a file has a dot, and its own end where that is short.
  for (const char* end : {".png", "", ".x-y", ".png?a=1&b=2"}) {
    const std::string name = page_name(url_of("http://a.b/" + std::string(500, 'x') + end), false);
    EXPECT_NE(name.find('.', 4), name.npos) << name;
    EXPECT_LE(name.substr(name.rfind('/')).size(), 1 + kMostName) << name;
  }
  const Url png = url_of("http://a/" + std::string(500, 'x') + ".png");
  EXPECT_TRUE(page_name(png, false).ends_with(".png"));
}

// A crawl before this one has given its name to another page.
TEST(PageStore, ASecondNameStaysInTheFolderOfItsHost) {
  const test::TemporaryFolder folder;
  for (const std::string host : {"10.0.0.2", "a"}) {
    const Url url = url_of("http://" + host + "/" + std::string(500, 'x'));
    const std::string name = page_name(url, false);
    PageStore(folder.path(), false).save({"http://elsewhere/", name, 200, 1, false}, "x");
    PageStore store(folder.path(), true);
    const std::string second = store.name_for(url, false);
    EXPECT_NE(second, name);
    EXPECT_TRUE(second.starts_with(host + "/")) << second;
    EXPECT_TRUE(second.ends_with("@@2.data")) << second;
  }
}

TEST(PageStore, WhatIsHalfWrittenHasTheNameOfNoPage) {
  const test::TemporaryFolder folder;
  PageStore store(folder.path(), false);
  const Url page = url_of("http://a/b.html"), part = url_of("http://a/b.html.part");
  store.save({part.key(), store.name_for(part, false), 200, 4, false}, "mine");
  store.save({page.key(), store.name_for(page, true), 200, 5, true}, "other");
  EXPECT_EQ(folder.read("a/b.html.part"), "mine");
  EXPECT_EQ(folder.read("a/b.html"), "other");
}

TEST(PageStore, ALineIsJsonWhateverTheAddress) {
  const SavedPage page{url_of(R"(http://a/?\x\\y\)").key(), "a/index@x.html", 200, 1, true};
  EXPECT_EQ(page.url, R"(http://a/?\x\\y\)");
  const std::string line = to_line(page);
  EXPECT_EQ(line, R"({"url":"http://a/?\\x\\\\y\\","file":"a/index@x.html","status":200,)"
                  R"("bytes":1,"html":1})");
  SavedPage read;
  ASSERT_TRUE(from_line(line, read));
  EXPECT_EQ(read.url, page.url);
}

std::string error_of_a_store(const fs::path& folder) {
  try {
    const PageStore store(folder, false);
    return "no error";
  } catch (const std::system_error& error) {
    return error.what();
  }
}

TEST(PageStore, SaysThatItMayNotWriteInItsFolder) {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms(0555));
  const test::ChildResult result = test::run_in_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return 2;  // root may write anywhere
    std::fputs(error_of_a_store(folder.path()).c_str(), stdout);
    return std::fflush(stdout);
  });
  fs::permissions(folder.path(), fs::perms(0755));
  EXPECT_EQ(result.out, folder.path().string() + "/crawl.jsonl: Permission denied");
  fs::create_directory(folder.path() / "crawl.jsonl");
  EXPECT_EQ(error_of_a_store(folder.path()),
            folder.path().string() + "/crawl.jsonl: Is a directory");
}

TEST(PageStore, WritesAPageAndThenItsLineAndReadsThemBack) {
  const test::TemporaryFolder folder;
  const std::string dir = folder.path() / "new";
  {
    PageStore store(dir, false);
    store.save({"http://a/b", store.name_for(url_of("http://a/b"), true), 200, 5, true}, "hello");
    EXPECT_EQ(store.name_for(url_of("http://a/b.html"), true), "a/b@@2.html") << "another page";
    EXPECT_EQ(store.name_for(url_of("http://a/b"), true), "a/b.html") << "the same page";
  }
  EXPECT_EQ(folder.read("new/a/b.html"), "hello");
  EXPECT_FALSE(fs::exists(dir + "/a/b.html.part~"));
  std::ofstream(dir + "/crawl.jsonl", std::ios::app)
      << "nonsense\n"
         R"({"url":"http://a/x","file":"../../etc/passwd","status":200,"bytes":1,"html":1})"
         "\n"
         R"({"url":"http://a/c","fi)";  // cut short by a kill
  PageStore again(dir, true);
  ASSERT_EQ(again.saved().size(), 1u);
  EXPECT_EQ(again.saved()[0].url, "http://a/b");
  EXPECT_EQ(again.read("a/b.html"), "hello");
  again.save({"http://a/c", "a/c.html", 200, 1, true}, "c");
  EXPECT_EQ(PageStore(dir, true).saved().size(), 2u) << "the half line has gone";
  EXPECT_EQ(PageStore(dir, false).saved().size(), 0u);
}

TEST(PageStore, FollowsNoLinkOutOfItsFolder) {
  const test::TemporaryFolder folder;
  const fs::path outside = folder.path() / "outside", dir = folder.path() / "in";
  fs::create_directories(outside);
  fs::create_directories(dir / "a");
  fs::create_directory_symlink(outside, dir / "a" / "b");
  fs::create_symlink(outside / "secret", dir / "a" / "x.html.part~");
  PageStore store(dir, false);
  EXPECT_THROW(store.save({"http://a/b/c", "a/b/c.html", 200, 1, true}, "c"), std::system_error);
  EXPECT_THROW(store.save({"http://a/x", "a/x.html", 200, 1, true}, "c"), std::system_error);
  EXPECT_TRUE(fs::is_empty(outside));
}

// What a full disk does, by a limit on the size of a file.
TEST(PageStore, AFileThatCannotBeWholeIsNotThere) {
  const test::TemporaryFolder folder;
  PageStore store(folder.path(), false);
  store.save({"http://a/1", "a/1.html", 200, 4, true}, "good");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string what;
  try {
    store.save({"http://a/2", "a/2.html", 200, 2000, true}, std::string(2000, 'x'));
  } catch (const std::system_error& error) {
    what = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(what, folder.path().string() + "/a/2.html: File too large");
  EXPECT_EQ(folder.read("a/1.html"), "good");
  EXPECT_FALSE(fs::exists(folder.path() / "a/2.html.part~"));
  EXPECT_EQ(PageStore(folder.path(), true).saved().size(), 1u);
}

TEST(PageStore, SaysWhichFolderCannotBeHad) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  try {
    PageStore store((folder.path() / "file").string(), false);
    FAIL() << "it is no folder";
  } catch (const std::system_error& error) {
    EXPECT_EQ(std::string(error.what()), (folder.path() / "file").string() + ": Not a directory");
  }
}

ASYNC_TEST(Saver, ACrawlThatIsResumedAsksOnlyForWhatIsMissing) {
  const test::TemporaryFolder folder;
  for (int run = 1; run <= 2; ++run) {
    PageStore store(folder.path(), run == 2);
    Saver saver(&store, true, 0);
    Crawl crawl;
    crawl.options.robots = false;
    crawl.observer = &saver;
    crawl.options.max_pages = run == 1 ? 2 : 100;
    crawl.site.add("http://a/", {"<a href=1><a href=2><a href=3>"});
    for (const char* page : {"http://a/1", "http://a/2"}) crawl.site.add(page, {"x"});
    crawl.site.add("http://a/3", {.status = 404});
    co_await crawl.run();
    EXPECT_EQ(crawl.requests(), run == 1 ? "a/ 0, a/1 0" : "a/2 0, a/3 0");
    EXPECT_EQ(saver.taken_over(), run == 1 ? 0u : 2u);
    EXPECT_EQ(totals_of(crawl.crawler->pages()).fetched, run == 1 ? 2u : 3u);
  }
  EXPECT_EQ(folder.read("a/2.html"), "x");
  EXPECT_FALSE(fs::exists(folder.path() / "a/3.html")) << "an error page is no page";
}

ASYNC_TEST(Report, NamesEachBrokenLinkInEachPageThatHasIt) {
  Crawl crawl;
  crawl.options.robots = false;
  crawl.site.add("http://a/",
                 {"<a href=gone><a href=moved><a href=round><a href=1><a href=https://a/>"});
  crawl.site.add("http://a/1", {"<a href=gone>"});
  crawl.site.add("http://a/moved", {.status = 302, .fields = "Location: /gone\r\n"});
  crawl.site.add("http://a/round", {.status = 302, .fields = "Location: /round\r\n"});
  co_await crawl.run();
  EXPECT_EQ(report_of(crawl.crawler->pages()),
            "http://a/\n"
            "  http://a/gone: HTTP 404\n"
            "  http://a/moved: HTTP 404\n"
            "  http://a/round: redirects in a circle\n"
            "http://a/1\n"
            "  http://a/gone: HTTP 404\n"
            "2 pages fetched, 0 redirects, 3 broken\n"
            "Not looked at: 1 link: https\n");
}

ASYNC_TEST(Report, SaysWhenTheStartItselfCannotBeHad) {
  Crawl crawl;
  crawl.site.add("http://a/robots.txt", {.raw = "\x1b[2J\r\n"});
  co_await crawl.run();
  EXPECT_EQ(report_of(crawl.crawler->pages()),
            "http://a/\n"
            "  itself: the server's answer is none: no HTTP answer\n"
            "0 pages fetched, 0 redirects, 1 broken\n");
}

ASYNC_TEST(Report, CountsAllThatWasNotLookedAtAndNamesAFewKinds) {
  Crawl crawl;
  crawl.options.robots = false;
  std::string html;
  for (int i = 0; i < 30; ++i) html += "<a href=https://a/>";
  for (int i = 0; i < 30; ++i) html += fmt::format("<a href=x{}:y>", i);
  html += "<a href=" + std::string(1000, 'z') + ":y>";
  crawl.site.add("http://a/", {html});
  co_await crawl.run();
  const std::string report = report_of(crawl.crawler->pages());
  EXPECT_NE(report.find("Not looked at: 30 links: https\n"), report.npos) << report;
  EXPECT_NE(report.find("Not looked at: 12 links: another scheme\n"), report.npos) << report;
}

TEST(Progress, FitsItsTerminal) {
  const HowFar far{.done = 26, .wanted = 52, .under_way = 8, .broken = 2, .bytes = 1'234'567};
  EXPECT_EQ(progress_line(far, 80), "[####....] 26 of 52+  8 under way  2 broken  1.2 MB");
  EXPECT_EQ(progress_line(far, 12), "[####....] 2");
  EXPECT_EQ(progress_line({.more_may_come = false}, 80),
            "[........] 0 of 0  0 under way  0 broken  0 B");
}

TEST(Progress, SaysWhatAStrangerSaysWithoutItsControlCharacters) {
  Page page;
  page.url = url_of("http://a/x");
  page.status = 302;
  page.outcome = Outcome::redirect;
  page.note = "leads away: http://b/\x1b[2J";
  EXPECT_EQ(page_line(page), "302 http://a/x  leads away: http://b/?[2J");
}

}  // namespace saving_test
}  // namespace book::crawl
