#include "09_streams/story/timeline.h"

#include <fmt/format.h>

#include <algorithm>

namespace book::story {
namespace {
constexpr std::chrono::milliseconds kCharacter(50);
}

int Timeline::now() const {
  const Duration passed = Reactor::current().now() - start_;
  return static_cast<int>((passed + kCharacter / 2) / kCharacter);
}

std::size_t Timeline::begins(const Page& page) {
  is_exact_ = Reactor::current().time_mode() == TimeMode::virtual_time;
  rows_.push_back({.name = page.name, .begun = now()});
  return rows_.size() - 1;
}

void Timeline::comes_out(const Page& page) {
  auto row = std::find_if(rows_.begin(), rows_.end(),
                          [&](const Row& candidate) { return candidate.name == page.name; });
  row->out = now();
}

void Timeline::draw(const std::string& title) const {
  int end = 0;
  for (const Row& row : rows_) end = std::max(end, row.out);
  fmt::print("   {:<46} {}{} ms\n", title, is_exact_ ? "" : "~", end * kCharacter.count());
  for (const Row& row : rows_) {
    const auto times = [](char what, int count) {
      return std::string(static_cast<std::size_t>(count), what);
    };
    fmt::print("     {} |{}{}{}>\n", row.name, times(' ', row.begun),
               times('#', row.ended - row.begun), times('-', row.out - row.ended));
  }
}

}  // namespace book::story
