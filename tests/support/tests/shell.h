// For tests of the scripts: a folder of one's own, and the shell in it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace book::test {

/// Removed with all that is in it at the end of the scope. Its name has a blank in it, for scripts
/// that forget to quote.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "book test XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

  void write(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file, std::ios::binary) << text;
  }

  /// Empty if there is no such file.
  std::string read(const std::filesystem::path& file) const {
    std::ifstream in(path_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

 private:
  std::filesystem::path path_;
};

struct ShellResult {
  int code = -1;       ///< -1: a signal ended it
  std::string output;  ///< stdout and stderr

  bool says(const std::string& words) const { return output.find(words) != std::string::npos; }
};

/// `words` as one word of a command.
inline std::string quoted(const std::string& words) { return "'" + words + "'"; }

/// Runs `command` in `folder`.
inline ShellResult shell(const std::filesystem::path& folder, const std::string& command) {
  // A test program that is run is not dealt out as this one may be.
  const std::string line = "unset GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX; cd " +
                           quoted(folder.string()) + " && { " + command + "\n} 2>&1";
  ShellResult result;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  std::array<char, 1024> buffer;
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) result.code = WEXITSTATUS(status);
  return result;
}

}  // namespace book::test
