#include "08_select/race.h"

#include <fmt/format.h>

#include <string>

namespace book {
namespace {

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

std::string text_of(const std::vector<std::exception_ptr>& failures) {
  std::string text = fmt::format("race_ok: all {} have failed", failures.size());
  const char* before = ": ";
  for (const std::exception_ptr& failure : failures) {
    text += before + text_of(failure);
    before = "; ";
  }
  return text;
}

}  // namespace

AllFailed::AllFailed(std::vector<std::exception_ptr> failures)
    : std::runtime_error(text_of(failures)), failures_(std::move(failures)) {}

}  // namespace book
