#include "support/child_process.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/tests/shell.h"

namespace book::test {
namespace child_process_test {

TEST(RunProgram, FindsOneInAFolderWithABlankInItsName) {
  const TemporaryFolder folder;  // "book test ..."
  folder.write("program", "#!/bin/sh\necho \"$1,$2\"; echo no >&2; exit 3\n");
  std::filesystem::permissions(folder.path() / "program", std::filesystem::perms::owner_all);
  const ChildResult result = run_program(folder.path() / "program", "'a b' c");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "a b,c\n");
  EXPECT_EQ(result.err, "no\n");
}

}  // namespace child_process_test
}  // namespace book::test
