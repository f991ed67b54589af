// For exercises: a test that wants every schedule to pass, and prints the one that does not.
//
//     expect_every_schedule("two threads, one lock", [](Explore& e) { ... });
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "explorer/explorer.h"

namespace book::explorer {

template <class SetUp>
void expect_every_schedule(std::string scenario, SetUp set_up, const Options& options = {}) {
  const Result result = explore(std::move(scenario), options, set_up);
  EXPECT_TRUE(result.passed()) << "\n"
                               << result.scenario << ": " << result.failure
                               << ".\n\nOnly some schedules of the threads end so; this is the "
                                  "first of them. A column is a thread, "
                                  "time runs\ndownwards, and each line is one step: where, what, "
                                  "of which word, what came of it."
                               << "\n\n"
                               << result.report;
}

}  // namespace book::explorer
