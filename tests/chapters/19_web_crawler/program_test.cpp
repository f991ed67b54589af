// The program: against chapter 20's server, and its own errors. (Chapter 19)
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "chapters/20_web_server/program.h"
#include "support/child_process.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::crawl {
namespace program_test {

test::ChildResult crawl(const std::string& arguments, const std::string& before = "") {
  return test::run_program(test::program("19_web_crawler"), arguments, before);
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

/// Chapter 20's server, on a folder with a broken link in it.
struct Served {
  Served() {
    site.write("index.html", "<a href=a.html>a</a> <a href='b/'>b</a>");
    site.write("a.html", "<a href=lost.html>lost</a> <img src=logo.png>");
    site.write("b/index.html", "<a href=../a.html#x>a</a>");
    site.write("logo.png", "not really");
    server.emplace(std::vector<std::string>{"--port", "0", "--root", site.path().string()});
    url = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
  }
  test::TemporaryFolder site;
  std::optional<http::Program> server;
  std::string url;
};

TEST(Program, CrawlsTheServerOfChapter20AndSavesIt) {
  Served served;
  const test::TemporaryFolder saved;
  const std::string save = " --save '" + saved.path().string() + "'";
  const test::ChildResult result = crawl("--url " + served.url + save);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, served.url + "a.html\n  " + served.url +
                            "lost.html: HTTP 404\n4 pages fetched, 0 redirects, 1 broken\n");
  EXPECT_EQ(last_line(result.err), "19_web_crawler: 1 page is broken");
  const std::string folder = "127.0.0.1%3a" + std::to_string(served.server->port());
  EXPECT_EQ(saved.read(folder + "/a.html"), served.site.read("a.html"));
  EXPECT_EQ(saved.read(folder + "/logo.png"), "not really");

  served.site.write("lost.html", "found");
  const test::ChildResult again = crawl("--url " + served.url + save + " --resume");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, "5 pages fetched, 0 redirects, 0 broken\n4 pages were here already.\n");
}

TEST(Program, SaysInOneLineWhatIsWrong) {
  struct Row {
    const char *arguments, *says;
    int code;
  };
  const Row rows[] = {
      {"--url ftp://a/", "--url ftp://a/: ftp is not spoken here, http:// is", 2},
      {"--url http://", "--url http://: no host", 2},
      {"--url nonsense", "--url nonsense: not an address: it does not begin with http://", 2},
      {"--save x", "--save belongs to a crawl: say --url, too", 2},
      {"--depth 3", "--depth belongs to a crawl: say --url, too", 2},
      {"--virtual-time --no-robots", "--no-robots belongs to a crawl: say --url, too", 2},
      {"--url http://127.0.0.1:9/ --trap empty-queue",
       "--trap is for the story, and --url is a crawl", 2},
      {"--url ''", "--url : not an address: it does not begin with http://", 2},
      {"--url http://127.0.0.1:9/ --resume",
       "--resume takes over what is in a folder: say --save DIR, too", 2},
      {"--url http://127.0.0.1:9/ --save /dev/null/x", "/dev/null/x: Not a directory", 1},
      {"--url http://127.0.0.1:9/ --retries 0", "1 page is broken", 1},
  };
  for (const Row& row : rows) {
    const test::ChildResult result = crawl(row.arguments);
    EXPECT_EQ(result.exit_code, row.code) << row.arguments;
    EXPECT_EQ(last_line(result.err), std::string("19_web_crawler: ") + row.says) << row.arguments;
  }
  for (const char* range :
       {"--depth -1", "--concurrency 0", "--max-pages 0", "--timeout 0", "--same x"})
    EXPECT_EQ(crawl(range).exit_code, 2) << range;
}

TEST(Program, StopsWhenAFolderOfAHostCannotBeMade) {
  Served served;
  const test::TemporaryFolder saved;
  const std::string folder = "127.0.0.1%3a" + std::to_string(served.server->port());
  saved.write(folder, "a file in its place");
  const test::ChildResult result =
      crawl("--url " + served.url + " --concurrency 1 --save '" + saved.path().string() + "'");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(last_line(result.err), "19_web_crawler: saving stopped: " + saved.path().string() +
                                       "/" + folder + "/index.html: Not a directory");
  EXPECT_EQ(saved.read(folder), "a file in its place");
}

// 512 bytes, in the units of ulimit: the first page fits, the second does not.
TEST(Program, KeepsWhatWasFinishedWhenTheDiskIsFull) {
  Served served;
  served.site.write("a.html", std::string(5000, 'x'));
  const test::TemporaryFolder saved;
  const test::ChildResult result =
      crawl("--url " + served.url + " --concurrency 1 --save '" + saved.path().string() + "'",
            "ulimit -f 2;");
  EXPECT_EQ(result.exit_code, 1);
  const std::string folder = "127.0.0.1%3a" + std::to_string(served.server->port());
  EXPECT_EQ(last_line(result.err), "19_web_crawler: saving stopped: " + saved.path().string() +
                                       "/" + folder + "/a.html: File too large");
  EXPECT_EQ(saved.read(folder + "/index.html"), served.site.read("index.html"));
  EXPECT_EQ(saved.read(folder + "/a.html"), "");
}

}  // namespace program_test
}  // namespace book::crawl
