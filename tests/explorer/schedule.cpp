#include "explorer/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "explorer/clocks.h"

namespace book::explorer {

int Schedule::choose(int number, int ways, int first) {
  if (ways <= 1) return 0;
  if (at_ == path_.size()) {
    if (const auto scripted = script_.find(number); scripted != script_.end()) {
      first = std::min(scripted->second, ways - 1);  // it may have been written by hand
    }
    path_.push_back({number, first, ways});
  }
  return path_[at_++].given;
}

bool Schedule::next() {
  path_.resize(at_);
  at_ = 0;
  while (!path_.empty()) {
    if (++path_.back().given < path_.back().ways) return true;
    path_.pop_back();
  }
  return false;
}

std::string Schedule::text() const {
  std::string text;
  for (const Answer& answer : path_) {
    if (!answer.given) continue;
    text += fmt::format("{}{}:{}", text.empty() ? "" : ".", answer.number, answer.given);
  }
  return text.empty() ? "plain" : text;
}

Schedule Schedule::from(const std::string& text) {
  Schedule schedule;
  if (text == "plain") return schedule;
  std::istringstream in(text);
  do {
    int question = 0;
    int answer = 0;
    char colon = 0;
    in >> question >> colon >> answer;
    if (!in || colon != ':' || question < 0 || answer < 0) {
      throw std::invalid_argument("this is no schedule: '" + text + "'; one looks like 12:1.40:2");
    }
    schedule.script_[question] = answer;
  } while (in.get() == '.');
  return schedule;
}

Lottery::Lottery(std::uint64_t seed, int changes, int steps) : random_(seed) {
  for (int i = 0; i < kMaxThreads; ++i) priority_.push_back(i + 1);
  std::shuffle(priority_.begin(), priority_.end(), random_);
  for (int i = 0; i < changes; ++i) changes_.push_back(any(std::max(steps, 1)));
}

int Lottery::draw(const std::vector<int>& ready) {
  const auto highest = [&] {
    std::size_t best = 0;
    for (std::size_t i = 1; i < ready.size(); ++i) {
      if (priority_[static_cast<std::size_t>(ready[i])] >
          priority_[static_cast<std::size_t>(ready[best])]) {
        best = i;
      }
    }
    return static_cast<int>(best);
  };
  for (int change : changes_) {
    if (change == step_) demote(ready[static_cast<std::size_t>(highest())]);
  }
  ++step_;
  return highest();
}

}  // namespace book::explorer
