// Turns: real threads, of which one runs at a time and passes the turn on by name. They have their
// own thread-local variables and their own identity, as the code under test expects.
#pragma once

#include <vector>

namespace book::explorer {

class Turns {
 public:
  /// Where the controller sits: the thread that made this.
  static constexpr int kController = -1;

  /// `run(i)` is what worker i does with its first turn; it returns the seat that comes next.
  explicit Turns(int (*run)(int worker)) : run_(run) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// From the controller: at least so many workers from now on.
  void hire(int workers);
  /// From the controller: gives the turn to a worker, and waits until it comes back.
  void give(int worker);
  /// From the worker whose turn it is: the other goes on, and this one when it is named again.
  void pass(int from, int to);
  /// The same, and it will not be named again: the thread sleeps to the process's end.
  [[noreturn]] void leave(int from);
  /// From the controller, after a leave(): new threads take all seats.
  void replace_all() { workers_.clear(); }

  struct Seat;

 private:
  Seat* seat(int who) const;

  int (*run_)(int);
  std::vector<Seat*> workers_;  // never freed: their threads sleep on them
  Seat* controller_ = nullptr;
};

}  // namespace book::explorer
