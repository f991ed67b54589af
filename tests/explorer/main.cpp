// explorer [SUBJECT] [--preemptions=N] [--replay=SCENARIO/SCHEDULE]: tries every schedule of every
// scenario, and prints the first that fails. `make explore` calls it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

std::vector<Subject>& subjects() {
  static std::vector<Subject> subjects;
  return subjects;
}

Request parse(int argc, char** argv) {
  Request request;
  const std::string program = std::filesystem::path(argv[0]).filename();
  if (program != "explorer") request.mutant = program;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&](std::string_view name) {
      return word.rfind(name, 0) == 0 ? word.substr(name.size()) : std::string();
    };
    if (const std::string n = value("--preemptions="); !n.empty()) {
      request.preemptions = std::stoi(n);
    } else if (const std::string path = value("--replay="); !path.empty()) {
      request.scenario = std::stoi(path);
      request.replay = path.substr(std::min(path.find('/'), path.size() - 1) + 1);
    } else if (word[0] == '-' || !request.subject.empty()) {
      throw std::invalid_argument(
          "usage: explorer [SUBJECT] [--preemptions=N] "
          "[--replay=SCENARIO/SCHEDULE]; there is no '" +
          word + "'");
    } else {
      request.subject = word;
    }
  }
  return request;
}

int run(const Request& request) {
  bool passed = true;
  bool known = false;
  for (const Subject& subject : Subject::all()) {
    if (!request.subject.empty() && request.subject != subject.name()) continue;
    known = true;
    fmt::print("{}\n", subject.name());
    Trial trial(subject.name(), request);
    subject.run(trial);
    passed = passed && trial.passed();
  }
  if (known) return passed ? 0 : 1;
  std::string names;
  for (const Subject& subject : Subject::all()) names += " " + subject.name();
  throw std::invalid_argument("there is no subject '" + request.subject + "'; there are:" + names);
}

}  // namespace

Subject::Subject(std::string name, void (*run)(Trial&)) : name_(std::move(name)), run_(run) {
  subjects().push_back(*this);
}

const std::vector<Subject>& Subject::all() {
  std::sort(subjects().begin(), subjects().end(),
            [](const Subject& a, const Subject& b) { return a.name() < b.name(); });
  return subjects();
}

void Trial::explore(std::string scenario, Options options,
                    const std::function<void(Explore&)>& set_up) {
  ++number_;
  if (!passed_) return;  // one schedule is enough to think about
  if (request_.scenario && request_.scenario != number_) return;
  if (request_.preemptions >= 0) {
    options.preemptions = request_.preemptions;
    options.max_schedules = std::numeric_limits<long>::max();  // somebody has the time
  }
  if (!request_.replay.empty()) {
    const Result result = explorer::replay(std::move(scenario), options, request_.replay, set_up);
    passed_ = passed_ && result.passed();
    return fmt::print("{}", result.report);
  }
  const Result result = explorer::explore(std::move(scenario), options, set_up);
  passed_ = passed_ && result.passed();
  if (result.passed()) {
    return fmt::print("  {}: {} schedules{}, none fails\n", result.scenario, result.schedules,
                      options.by_lot ? " by lot" : "");
  }
  fmt::print("  {}: FAILS in schedule {}: {}\n", result.scenario, std::max(result.schedules, 1L),
             result.failure);
  if (result.replay.empty()) return;
  fmt::print("\n{}\n     again: make explore SUBJECT={} ARGS=--replay={}/{}\n\n", result.report,
             request_.mutant.empty() ? subject_ : request_.mutant, number_, result.replay);
}

}  // namespace book::explorer

int main(int argc, char** argv) {
  try {
    return book::explorer::run(book::explorer::parse(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
