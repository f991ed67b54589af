#include "visit.h"

#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "tool.h"

namespace book::http {

bool want_all_clients() {
  const char* wanted = std::getenv("BOOK_CLIENTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

long number_in(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? std::stol(match[1]) : -1;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string browser() {
  static constexpr const char* kBrowsers[] = {"chromium-headless-shell", "chromium",
                                              "chromium-browser", "google-chrome"};
  for (const char* name : kBrowsers)
    if (test::has_tool(name)) return name;
  return kBrowsers[0];
}

std::string browser_command(const std::string& home, const std::string& address,
                            const std::string& more) {
  return "HOME=" + home + " exec " + browser() +
         " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
         " --disable-background-networking --disable-component-update --disable-sync"
         " --disable-dev-shm-usage --disable-features=BackForwardCache,RenderDocument"
         " --user-data-dir=" +
         home + " " + more + " '" + address + "'";
}

void Visit::SetUp() {
  if (test::has_tool(tool_)) return;
  const std::string why = tool_ + " is not installed: apt-get install " + package_;
  if (want_all_clients()) FAIL() << why;
  GTEST_SKIP() << why;
}

void Visit::serve(const std::vector<std::string>& options) {
  std::vector<std::string> words = {"--port", "0", "--root", folder.root().string()};
  words.insert(words.end(), options.begin(), options.end());
  server.emplace(std::move(words), [] {
    // The address sanitizer keeps what was freed for a while; one megabyte of it is enough here,
    // where somebody looks at how much memory there is.
    ::setenv("ASAN_OPTIONS", "quarantine_size_mb=1", 0);
  });
  port_ = server->port();
  ASSERT_NE(port_, 0) << server->errors();
}

Counts Visit::stop() {
  EXPECT_EQ(server->end(SIGINT), 0);
  EXPECT_EQ(server->errors(), "");
  const std::string& said = server->output();
  return {number_in(said, "stopped after (\\d+) requests? on"),
          number_in(said, "requests? on (\\d+) connections?\n")};
}

}  // namespace book::http
