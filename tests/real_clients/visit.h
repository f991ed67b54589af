// What the tests of real clients share: a folder to serve, the program that serves it, and a word
// when the client is not installed.
//
//   BOOK_CLIENTS=all    as continuous integration has it: a missing client is a failure, and the
//                       browser reloads its page two thousand times
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chapters/20_web_server/program.h"
#include "chapters/20_web_server/site_folder.h"
#include "support/paths.h"
#include "tool.h"

namespace book::http {

inline bool want_all_clients() {
  const char* wanted = std::getenv("BOOK_CLIENTS");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

/// The first group of the first match, as a number; -1 when there is none.
inline long number_in(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? std::stol(match[1]) : -1;
}

/// What the program says when it ends.
struct Counts {
  long requests = -1, connections = -1;
  bool operator==(const Counts&) const = default;
};
inline void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.requests << " requests on " << counts.connections << " connections";
}

class Visit : public testing::Test {
 protected:
  explicit Visit(std::string tool, std::string package = "")
      : tool_(std::move(tool)), package_(package.empty() ? tool_ : std::move(package)) {}

  void SetUp() override {
    if (test::has_tool(tool_)) return;
    const std::string why = tool_ + " is not installed: apt-get install " + package_;
    if (want_all_clients()) FAIL() << why;
    GTEST_SKIP() << why;
  }

  /// Starts the program on the folder; further words are options.
  void serve(std::vector<std::string> options = {}) {
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

  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  std::string file(std::string_view name) const { return (folder.root() / name).string(); }

  /// Ctrl-C: the program ends well, and says how much it had to do.
  Counts stop() {
    EXPECT_EQ(server->end(SIGINT), 0);
    EXPECT_EQ(server->errors(), "");
    const std::string& said = server->output();
    return {number_in(said, "stopped after (\\d+) requests? on"),
            number_in(said, "requests? on (\\d+) connections?\n")};
  }

  SiteFolder folder;
  std::optional<Program> server;

 private:
  std::string tool_, package_;
  std::uint16_t port_ = 0;
};

}  // namespace book::http
