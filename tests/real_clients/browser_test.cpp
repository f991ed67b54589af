// A browser without a window: it loads a page with an image, a style sheet and a script, over as
// many connections as it likes, and the page reloads itself again and again. The script sees to it
// that all is there (site/script.js); the server's log, errors and memory tell the rest.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>

#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"
#include "tool.h"
#include "visit.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

class Browser : public Visit {
 protected:
  Browser() : Visit(browser()) {}

  /// The site is a copy: what others do with theirs does not disturb it.
  void copy(const std::string& site) {
    for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() / site))
      folder.write(entry.path().filename(), content_of(entry.path()));
  }

  std::string command(const std::string& address, const std::string& more = "") const {
    return browser_command(folder.base() / "home", address, more);
  }

  /// Kilobytes of memory that the server has in use.
  long memory() const {
    return number_in(content_of("/proc/" + std::to_string(server->id()) + "/status"),
                     "VmRSS:\\s+(\\d+) kB");
  }
};

TEST_F(Browser, FindsAllThatTheChaptersOwnPagesAskFor) {
  copy("chapters/20_web_server/pages");
  const std::filesystem::path log = folder.base() / "log";
  serve({"--access-log", log.string()});
  const test::Ran ran = test::run(command(url(), "--dump-dom"), 60s);
  EXPECT_EQ(ran.code, 0) << ran.output;
  EXPECT_NE(ran.output.find("<h1>Hello!</h1>"), std::string::npos) << ran.output;
  stop();
  const std::string asked = content_of(log);
  EXPECT_NE(asked.find("GET / HTTP/1.1\" 200 "), std::string::npos) << asked;
  EXPECT_NE(asked.find("GET /style.css HTTP/1.1\" 200 "), std::string::npos) << asked;
  EXPECT_EQ(asked.find("\" 404 "), std::string::npos) << asked;
}

TEST_F(Browser, ReloadsAPageWithAllThatBelongsToIt) {
  copy("tests/real_clients/site");
  // Too large to be kept in memory: this file is read anew each time.
  folder.write("script.js",
               content_of(folder.root() / "script.js") + "//" + std::string(100'000, '.'));
  const int times = want_all_clients() ? 2000 : 25;
  const auto limit = want_all_clients() ? 400s : 60s;
  test::give_this_test(limit + 30s);
  const std::filesystem::path path = folder.base() / "log";
  serve({"--access-log", path.string()});

  test::Tool browser(command(url("/?times=" + std::to_string(times))));
  const auto began = std::chrono::steady_clock::now();
  std::string log;
  long early = -1;  // memory, when it has seen a fifth of it
  while (log.find("GET /done.html?") == std::string::npos) {
    ASSERT_FALSE(server->is_over()) << "The server has ended:\n" << server->errors();
    ASSERT_FALSE(browser.is_over()) << browser.output();
    ASSERT_LT(std::chrono::steady_clock::now() - began, limit)
        << "The page is not done. The log ends with:\n"
        << log.substr(log.size() - std::min<std::size_t>(log.size(), 1000))
        << "\nThe browser says:\n"
        << browser.output();
    std::this_thread::sleep_for(20ms);
    log = content_of(path);
    if (early < 0 && std::count(log.begin(), log.end(), '\n') > times) early = memory();
  }
  const long late = memory();
  browser.terminate();
  browser.wait(20s);
  const Counts counts = stop();

  std::map<std::string, int> asked, statuses;
  static const std::regex line("\"GET (/[^ ?]*)(\\?[^ ]*)? HTTP/1\\.1\" (\\d+) ");
  std::istringstream lines(content_of(path));
  long requests = 0;
  for (std::string text; std::getline(lines, text); ++requests) {
    std::smatch match;
    ASSERT_TRUE(std::regex_search(text, match, line)) << text;
    ++asked[match[1]];
    ++statuses[match[3]];
    if (match[1] == "/done.html") {
      EXPECT_EQ(match[2], "?good=" + std::to_string(times) + "&bad=0");
    }
    EXPECT_TRUE(match[3] == "200" || match[3] == "304") << text;
  }
  EXPECT_EQ(requests, counts.requests);
  EXPECT_EQ(asked["/"], times);
  EXPECT_GE(asked["/picture.png"], times);
  EXPECT_EQ(asked["/done.html"], 1);
  EXPECT_GE(asked["/style.css"], 1);
  EXPECT_GE(asked["/script.js"], 1);
  RecordProperty("connections", static_cast<int>(counts.connections));
  RecordProperty("memory_early_kb", static_cast<int>(early));
  RecordProperty("memory_late_kb", static_cast<int>(late));
  EXPECT_LT(late - early, 4096) << "kB more in use than when it had begun: " << early;
}

}  // namespace
}  // namespace book::http
