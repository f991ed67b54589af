// Schedule: the answers to every question that an execution asks ("which thread is next?", "is this
// store late?"). Answer 0 is always the plain one. All schedules are all paths of the tree that
// the questions make, walked depth first; a path can be written down, and taken again.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace book::explorer {

class Schedule {
 public:
  /// One of `ways` answers to question `number`; to one that is new, `first`.
  int choose(int number, int ways, int first = 0);
  /// The next path of the tree. False when that was the last one.
  bool next();
  /// The path from its beginning.
  void rewind() { at_ = 0; }

  /// The answers that are not 0: "12:1.40:2" is 1 to the twelfth question, 2 to the fortieth.
  std::string text() const;
  /// The inverse: a path that is taken once, even if other questions are asked between those.
  /// Throws std::invalid_argument.
  static Schedule from(const std::string& text);

 private:
  struct Answer {
    int number;
    int given;
    int ways;
  };
  std::vector<Answer> path_;
  std::size_t at_ = 0;
  std::map<int, int> script_;
};

/// PCT, the probabilistic concurrency test: every thread has a priority drawn by lot, the highest
/// that can run runs, and at a few steps drawn by lot the running one falls behind all others. A
/// mistake that needs d such steps among n is found with a probability of 1 / (threads * n^(d-1))
/// at least, whatever else the program does. (Burckhardt and others, 2010.)
class Lottery {
 public:
  Lottery(std::uint64_t seed, int changes, int steps);
  /// Which of the threads that can run goes on.
  int draw(const std::vector<int>& ready);
  /// The thread has nothing to do just now: it falls behind the others.
  void demote(int thread) { priority_[static_cast<std::size_t>(thread)] = --lowest_; }
  /// One of `ways`, all alike.
  int any(int ways) { return static_cast<int>(random_() % static_cast<unsigned>(ways)); }

 private:
  std::mt19937_64 random_;
  std::vector<int> priority_;
  std::vector<int> changes_;
  int step_ = 0;
  int lowest_ = 0;
};

}  // namespace book::explorer
