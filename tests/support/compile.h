// What must not compile, compiled: a file with one line under `#ifdef REFUSED`, and whose first
// line says which words the refusal must contain: "// refused: ...".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace book::test {

struct Verdict {
  bool compiles = false;
  std::string said;
};

/// Asks the compiler of this build, once for each question; nothing is written. `file` is counted
/// from the top of the project.
const Verdict& compile(const std::string& file, const std::string& option = "");

/// The names, without their ending, of the .cpp files in a folder.
std::vector<std::string> cases_in(const std::filesystem::path& folder);
/// The words on the first line of a case.
std::string words_of(const std::filesystem::path& file);
std::string content_of(const std::filesystem::path& file);

}  // namespace book::test
