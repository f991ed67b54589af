// What a student sees of a red test: first the sentence that its author wrote, then the place, and
// last what GoogleTest compared. Only the first failure of a test: the others mostly follow from
// it.
//
//     A future is inert: its constructor polls nobody.
//
//     DifferenceByHand.PollsNothingBeforeItIsPolledItself (tests/exercises/.../by_hand_test.cpp:63)
//         Value of: diary.empty()
//           Actual: false
//         Expected: true
//
// For `make exercise`; all other runs print as GoogleTest does.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace book::test {

/// The two halves of a failure's message. The sentence of an exception that left a test is its
/// text.
struct Failure {
  std::string sentence;
  std::string comparison;
};

Failure take_apart(const std::string& message);

class TeachingPrinter : public testing::EmptyTestEventListener {
 public:
  explicit TeachingPrinter(std::ostream& out) : out_(&out) {}

  void OnTestStart(const testing::TestInfo& test) override;
  void OnTestPartResult(const testing::TestPartResult& result) override;
  void OnTestEnd(const testing::TestInfo& test) override;

 private:
  std::ostream* out_;
  const testing::TestInfo* test_ = nullptr;
  int failures_ = 0;
};

}  // namespace book::test
