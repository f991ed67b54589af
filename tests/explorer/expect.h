// For exercises: a test that wants every schedule to pass, and prints the one that does not.
//
//     expect_every_schedule("two threads, one lock", [](Explore& e) { ... });
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "explorer/explorer.h"
#include "support/watchdog.h"

namespace book::explorer {

inline constexpr const char kHowToRead[] =
    "Only some schedules of the threads end so; this is the first of them. A column is a thread,\n"
    "time runs downwards, and each line is one step: where, what, of which word, what came of it.";

template <class SetUp>
void expect_every_schedule(std::string scenario, SetUp set_up, const Options& options = {}) {
  // Threads that do not end are found by the number of their steps.
  test::give_this_test(std::chrono::seconds(60));
  const Result result = explore(std::move(scenario), options, set_up);
  EXPECT_TRUE(result.passed()) << result.scenario << ": " << result.failure << ".\n\n"
                               << kHowToRead << "\n\n"
                               << result.report;
}

}  // namespace book::explorer
