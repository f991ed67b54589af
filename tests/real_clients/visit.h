// What the tests of real clients share: a folder to serve, the program that serves it, and a word
// when the client is not installed.
//
//   BOOK_CLIENTS=all    as continuous integration has it: a missing client is a failure, and the
//                       browser reloads its page two thousand times
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chapters/20_web_server/program.h"
#include "chapters/20_web_server/site_folder.h"

namespace book::http {

/// Is BOOK_CLIENTS all?
bool want_all_clients();
/// The first group of the first match, as a number; -1 when there is none.
long number_in(const std::string& text, const std::string& pattern);
std::string content_of(const std::filesystem::path& path);
/// The first browser that is installed; else the name of the first of those that we know.
std::string browser();
/// Runs it: it talks to nobody but our server, has no window, and leaves nothing behind.
std::string browser_command(const std::string& home, const std::string& address,
                            const std::string& more = "");

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

  void SetUp() override;

  /// Starts the program on the folder; further words are options.
  void serve(const std::vector<std::string>& options = {});

  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  std::string file(std::string_view name) const { return (folder.root() / name).string(); }

  /// Ctrl-C: the program ends well, and says how much it had to do.
  Counts stop();

  SiteFolder folder;
  std::optional<Program> server;

 private:
  std::string tool_, package_;
  std::uint16_t port_ = 0;
};

}  // namespace book::http
