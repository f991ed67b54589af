// The fixture of tests that compile what must not compile: they take their time, and the plain
// build has put these questions to the compiler that the address sanitizer belongs to.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/compile.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"

namespace book::test {

class AsksTheCompiler : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (under_address_sanitizer()) GTEST_SKIP() << "the build without a sanitizer asks this";
    give_this_test(std::chrono::seconds(120));
  }
};

}  // namespace book::test
