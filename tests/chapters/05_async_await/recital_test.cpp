#include "05_async_await/story/recital.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <utility>

namespace book::story {
namespace recital_test {

/// What `action` prints.
template <class Action>
std::string printed(Action action) {
  testing::internal::CaptureStdout();
  action();
  return testing::internal::GetCapturedStdout();
}

TEST(Recital, RunsNothingBeforeItIsResumed) {
  EXPECT_EQ(printed([] { Recital recital = recite(2); }), "");
}

TEST(Recital, StopsAfterEachVerse) {
  Recital recital = recite(2);
  EXPECT_EQ(printed([&] { EXPECT_TRUE(recital.go_on()); }), "   verse 1\n");
  EXPECT_EQ(printed([&] { EXPECT_TRUE(recital.go_on()); }), "   verse 2\n");
  EXPECT_EQ(printed([&] { EXPECT_FALSE(recital.go_on()); }), "   applause\n");
}

// The sanitizers see to it that the frame goes, and goes once.
TEST(Recital, MayBeMovedAndMayBeLeftInTheMiddle) {
  EXPECT_EQ(printed([] {
              Recital recital = recite(2);
              recital.go_on();
              Recital moved = std::move(recital);
              moved.go_on();
            }),
            "   verse 1\n   verse 2\n");
}

}  // namespace recital_test
}  // namespace book::story
