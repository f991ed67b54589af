// A subject: a piece of the book, with the scenarios that try it. One file each in subjects/.
//
//     const Subject kAtomicWaker("atomic_waker", [](Trial& trial) {
//       trial.explore("one waker", {}, [](Explore& e) { ... });
//     });
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "explorer/explorer.h"

namespace book::explorer {

/// What the command line asks for.
struct Request {
  std::string subject;   ///< empty: all
  std::string mutant;    ///< this program is one: its name
  int preemptions = -1;  ///< negative: what the scenario says
  int scenario = 0;      ///< from 1; 0: all
  std::string replay;    ///< this schedule alone
};

/// Runs a subject's scenarios and prints how they end.
class Trial {
 public:
  explicit Trial(std::string subject, const Request& request)
      : subject_(std::move(subject)), request_(request) {}
  void explore(std::string scenario, Options options, const std::function<void(Explore&)>& set_up);
  bool passed() const { return passed_; }

 private:
  std::string subject_;
  const Request& request_;
  int number_ = 0;
  bool passed_ = true;
};

class Subject {
 public:
  Subject(std::string name, void (*run)(Trial&));
  static const std::vector<Subject>& all();
  const std::string& name() const { return name_; }
  void run(Trial& trial) const { run_(trial); }

 private:
  std::string name_;
  void (*run_)(Trial&);
};

}  // namespace book::explorer
