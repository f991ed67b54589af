#include "support/teaching_printer.h"

#include <sstream>
#include <string_view>

namespace book::test {
namespace {

// Follows GoogleTest's part of a message, line by line, to where the author's begins.
class Comparison {
 public:
  bool goes_on_with(std::string_view line) {
    if (in_text_) {  // a string of several lines, as it is
      in_text_ = !line.ends_with('"');
      return true;
    }
    if (line.find("As Text: \"") != std::string_view::npos) in_text_ = !line.ends_with('"');
    if (in_diff_) {  // up to an empty line
      in_diff_ = !line.empty();
      return true;
    }
    in_diff_ = line == "With diff:";
    if (line.find(" evaluates to ") != std::string_view::npos) return true;
    for (const std::string_view beginning :
         {"  ", "Expected: ", "Expected equality of these values:", "Value of: ", "With diff:",
          "The difference between ", "Failed"}) {
      if (line.starts_with(beginning)) return true;
    }
    return false;
  }

 private:
  bool in_text_ = false;
  bool in_diff_ = false;
};

// GoogleTest's words around what an exception says.
constexpr std::string_view kException = "C++ exception with description \"";
constexpr std::string_view kThrown = "\" thrown in ";

}  // namespace

Failure take_apart(const std::string& message) {
  Failure failure;
  if (message.starts_with(kException)) {
    const std::size_t end = message.rfind(kThrown);
    failure.sentence = message.substr(kException.size(), end - kException.size());
    failure.comparison = "An exception with these words left the test.\n";
    return failure;
  }
  Comparison comparison;
  std::istringstream lines(message);
  bool ours = false;
  for (std::string line; std::getline(lines, line);) {
    ours = ours || !comparison.goes_on_with(line);
    if (line == "Failed" && !ours) continue;  // of FAIL() and ADD_FAILURE(): says nothing
    (ours ? failure.sentence : failure.comparison) += line + "\n";
  }
  while (failure.sentence.ends_with('\n')) failure.sentence.pop_back();
  return failure;
}

void TeachingPrinter::OnTestStart(const testing::TestInfo& test) {
  test_ = &test;
  failures_ = 0;
}

void TeachingPrinter::OnTestPartResult(const testing::TestPartResult& result) {
  if (!result.failed() || ++failures_ > 1) return;
  const Failure failure = take_apart(result.message());
  if (!failure.sentence.empty()) *out_ << failure.sentence << "\n\n";
  // An exception comes from nowhere: then the test is the place.
  const bool placed = result.file_name() != nullptr;
  if (test_) *out_ << test_->test_suite_name() << "." << test_->name() << " (";
  if (placed) {
    *out_ << result.file_name() << ":" << result.line_number();
  } else if (test_) {
    *out_ << test_->file() << ":" << test_->line();
  }
  *out_ << (test_ ? ")\n" : "\n");
  std::istringstream lines(failure.comparison);
  for (std::string line; std::getline(lines, line);) *out_ << "    " << line << "\n";
  out_->flush();
}

void TeachingPrinter::OnTestEnd(const testing::TestInfo&) {
  if (failures_ == 2) *out_ << "One more expectation of this test has failed after it.\n";
  if (failures_ > 2) {
    *out_ << failures_ - 1 << " more expectations of this test have failed after it.\n";
  }
  out_->flush();
  test_ = nullptr;
}

}  // namespace book::test
