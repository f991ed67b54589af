#include "explorer/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "explorer/code_place.h"
#include "explorer/world.h"

namespace book::explorer {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kMostSteps = 150;

/// Lines of at most `width` characters, broken at blanks.
std::vector<std::string> broken(std::string text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    auto blank = text.rfind(' ', width);
    if (blank == std::string::npos || blank < width / 2) blank = width;
    lines.push_back(text.substr(0, blank));
    text = "  " + text.substr(std::min(text.find_first_not_of(' ', blank), text.size()));
  }
  lines.push_back(std::move(text));
  return lines;
}

std::string line_of(const Step& step, World& world) {
  std::string text = code_place(step.calls) + "  " + step.what;
  if (step.word) text += " " + world.name_of(step.word);
  return text + step.after;
}

}  // namespace

std::string columns(const Result& result, World& world) {
  std::vector<Step> steps;  // that others can tell from their absence
  for (const Step& step : world.steps()) {
    if (step.always || world.shadow().was_shared(reinterpret_cast<std::uintptr_t>(step.word))) {
      steps.push_back(step);
    }
  }
  std::vector<std::uint32_t> places;
  for (const Step& step : steps) places.insert(places.end(), step.calls.begin(), step.calls.end());
  look_up(places);

  const auto threads = static_cast<std::size_t>(world.thread_count());
  const std::size_t width = std::clamp<std::size_t>((kWidth - 5) / threads, 26, 56);
  std::string text = fmt::format("schedule {} of \"{}\"\n\n     ", result.replay, result.scenario);
  for (std::size_t i = 0; i < threads; ++i) {
    text +=
        fmt::format("{:<{}}", world.thread(static_cast<int>(i)).name, i + 1 < threads ? width : 0);
  }
  text += '\n';
  const std::size_t first = steps.size() > kMostSteps ? steps.size() - kMostSteps : 0;
  if (first) text += fmt::format("     ({} steps before these)\n", first);
  for (std::size_t i = first; i < steps.size(); ++i) {
    const auto column = static_cast<std::size_t>(steps[i].thread) * width;
    std::string number = fmt::format("{:>3}", i + 1);
    std::string step = line_of(steps[i], world);
    std::size_t times = 1;  // a thread that spins
    while (i + 1 < steps.size() && steps[i + 1].thread == steps[i].thread &&
           line_of(steps[i + 1], world) == step) {
      ++times, ++i;
    }
    if (times > 1) step += fmt::format(", {} times", times);
    for (const std::string& line : broken(step, width - 2)) {
      text += fmt::format("{}  {:{}}{}\n", number, "", column, line);
      number = "   ";
    }
  }
  return text + "\n     " + (result.failure.empty() ? "it ends well" : result.failure) + '\n';
}

}  // namespace book::explorer
