#include "docs/answer.h"

#include <stdexcept>

#include "docs/sources.h"
#include "docs/text.h"
#include "support/paths.h"

namespace book::docs {
namespace fs = std::filesystem;

// build/exercises/PROGRAM/exercise/NAME.h has one line, the #include of the answer
// (support/cmake/exercise.cmake).
fs::path answer_file(const std::string& name) {
  const fs::path program = fs::read_symlink("/proc/self/exe").filename();
  const fs::path folder = test::binary_dir() / "exercises" / program;
  const fs::path wrapper = folder / "exercise" / (name + ".h");
  const std::string line = read_file(wrapper);
  const auto begin = line.find('"') + 1;
  const fs::path answer = line.substr(begin, line.find('"', begin) - begin);
  for (const fs::path& root :
       {test::source_dir() / "chapters", test::source_dir() / "tests", folder}) {
    if (fs::exists(root / answer)) return root / answer;
  }
  throw std::runtime_error(wrapper.string() + " includes a file that is not there");
}

void expect_no_std_lock_across_an_await(const std::string& name) {
  const fs::path file = answer_file(name);
  expect_none(check_locks(file.lexically_proximate(test::source_dir()), read_file(file)));
}

}  // namespace book::docs
