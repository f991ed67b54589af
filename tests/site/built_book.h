// The site, made once for all tests of this program, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "real_clients/tool.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::site {

class BuiltBook : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_tool("cmark-gfm"))
      GTEST_SKIP() << "cmark-gfm is not installed: apt-get install cmark-gfm";
    ASSERT_EQ(made().code, 0) << made().output;
  }

  static const std::filesystem::path& folder() {
    static const test::TemporaryFolder base;
    static const std::filesystem::path path = base.path() / "book";
    return path;
  }

  static const test::ShellResult& made() {
    static const test::ShellResult result = test::shell(
        test::source_dir(), "sh tests/support/site/book.sh " + test::quoted(folder().string()));
    return result;
  }
};

}  // namespace book::site
