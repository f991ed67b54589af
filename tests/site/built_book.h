// The site, made once for all tests of this program, in a folder of its own; or the one that stands
// in the folder BOOK_SITE already.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "real_clients/tool.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::site {

class BuiltBook : public testing::Test {
 protected:
  void SetUp() override {
    if (!given().empty()) return;
    if (!test::has_tool("cmark-gfm"))
      GTEST_SKIP() << "cmark-gfm is not installed: apt-get install cmark-gfm";
    ASSERT_EQ(made().code, 0) << made().output;
  }

  static std::string given() {
    const char* folder = std::getenv("BOOK_SITE");
    return folder == nullptr ? "" : std::filesystem::absolute(folder).string();
  }

  static const std::filesystem::path& folder() {
    static const std::filesystem::path there = given();
    if (!there.empty()) return there;
    static const test::TemporaryFolder base;
    static const std::filesystem::path path = base.path() / "book";
    return path;
  }

  static const test::ShellResult& made() {
    static const test::ShellResult result =
        test::shell(test::source_dir(), "BOOK_RECORD=no sh tests/support/site/book.sh " +
                                            test::quoted(folder().string()));
    return result;
  }
};

}  // namespace book::site
