// coroutine_lint FILE: the rules for coroutines, asked of one file of the reader's; `make exercise`
// does.
//
// 0: nothing, or only what some compiler miscompiles, which is printed as a warning. 1: a std lock
// is held while a coroutine is suspended: that hangs. 2: there is no such file.
#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "docs/sources.h"

int main(int argc, char** argv) {
  using namespace book::docs;
  if (argc != 2 || !std::filesystem::is_regular_file(argv[1])) {
    fmt::print(stderr, "coroutine_lint takes one file, which has to be there\n");
    return 2;
  }
  const std::string source = read_file(argv[1]);
  const auto locks = check_locks(argv[1], source);
  for (const Problem& problem : locks) fmt::print("{}: {}\n", problem.where, problem.what);
  if (!locks.empty()) return 1;
  for (const Problem& problem : check_coroutines(argv[1], source)) {
    fmt::print("{}: warning: {}\n", problem.where, problem.what);
  }
  return 0;
}
