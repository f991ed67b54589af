// The main of every test binary: GoogleTest's own, and a watchdog around each test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support/watchdog.h"

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::seconds kLimit{120};
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::chrono::seconds kLimit{120};
#else
constexpr std::chrono::seconds kLimit{20};
#endif
#else
constexpr std::chrono::seconds kLimit{20};
#endif

class WatchEachTest : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    book::test::watch_test(
        fmt::format("{}.{} ({}:{})", test.test_suite_name(), test.name(), test.file(), test.line()),
        kLimit);
  }
  void OnTestEnd(const testing::TestInfo&) override { book::test::unwatch_test(); }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new WatchEachTest);  // GoogleTest deletes it
  return RUN_ALL_TESTS();
}
