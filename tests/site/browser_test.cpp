// The site in a browser without a window: check/check.html reads it in a frame, and writes what it
// saw. From the server of chapter 20, whose log counts the requests, and from the files.
#include <gtest/gtest.h>

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "chapters/20_web_server/program.h"
#include "docs/text.h"
#include "real_clients/tool.h"
#include "site/built_book.h"
#include "support/watchdog.h"

namespace book::site {
namespace browser_test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class InABrowser : public BuiltBook {
 protected:
  void SetUp() override {
    test::give_this_test(150s);
    BuiltBook::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* name :
         {"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"}) {
      if (browser_.empty() && test::has_tool(name)) browser_ = name;
    }
    if (browser_.empty())
      GTEST_SKIP()
          << "chromium-headless-shell is not installed: apt-get install chromium-headless-shell";
    fs::copy(folder(), site(), fs::copy_options::recursive | fs::copy_options::create_hard_links);
    fs::copy_file(test::source_dir() / "tests/site/check/check.html", site() / "check.html");
  }

  fs::path site() const { return own_.path() / "site"; }

  /// What check.html has written.
  std::string verdict(const std::string& address, const std::string& more = "") const {
    const std::string home = test::quoted((own_.path() / "home").string());
    const test::Ran ran = test::run(
        "HOME=" + home + " exec " + browser_ +
            " --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
            " --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir=" +
            home + " --virtual-time-budget=60000 --dump-dom " + more + " " + test::quoted(address),
        120s);
    const std::string begin = "<pre id=\"verdict\">";
    const std::size_t at = ran.output.find(begin);
    if (at == std::string::npos) return ran.output;
    const std::size_t from = at + begin.size();
    return ran.output.substr(from, ran.output.find("</pre>", from) - from);
  }

  static void expect_good(const std::string& verdict) {
    std::istringstream lines(verdict);
    int good = 0;
    std::string last;
    for (std::string line; std::getline(lines, line); last = line) {
      good += line.starts_with("good: ");
      EXPECT_FALSE(line.starts_with("BAD: ")) << line;
    }
    EXPECT_EQ(last, "done") << verdict;
    EXPECT_GT(good, 40) << verdict;
  }

  test::TemporaryFolder own_;
  std::string browser_;
};

TEST_F(InABrowser, TheServedBookSearchesChangesItsColoursAndAsksForLittle) {
  const fs::path log = own_.path() / "log";
  http::Program server({"--port", "0", "--root", site().string(), "--access-log", log.string()});
  const auto port = server.port();
  ASSERT_NE(port, 0) << server.errors();
  expect_good(verdict("http://127.0.0.1:" + std::to_string(port) + "/check.html"));
  EXPECT_EQ(server.end(SIGINT), 0);

  // Whatever a page asks for is a page, the style, the script, or the index of the search.
  const std::string asked = docs::read_file(log);
  EXPECT_EQ(asked.find("\" 404 "), std::string::npos) << asked;
  for (const std::string& line : docs::split_lines(asked)) {
    const std::size_t from = line.find("GET /") + 5;
    const std::string path = line.substr(from, line.find(' ', from) - from);
    EXPECT_TRUE(path.ends_with(".html") || path.ends_with("book.css") ||
                path.ends_with("book.js") || path.ends_with(".svg") || path == "search.js")
        << line;
  }
}

TEST_F(InABrowser, TheBookReadsAsWellFromItsFiles) {
  expect_good(
      verdict("file://" + (site() / "check.html").string(), "--allow-file-access-from-files"));
}

}  // namespace browser_test
}  // namespace book::site
