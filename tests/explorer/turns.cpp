#include "explorer/turns.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include <atomic>
#include <thread>

// This program answers syscall() itself (wraps.cpp); here the true one is meant.
extern "C" long __real_syscall(long number, ...);  // NOLINT(bugprone-reserved-identifier)

namespace book::explorer {

struct Turns::Seat {
  std::atomic<int> turn{0};

  void wake() {
    turn.store(1);
    __real_syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void wait() {
    while (turn.load() == 0) {
      __real_syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
    }
    turn.store(0);
  }
};

Turns::Seat* Turns::seat(int who) const {
  return who == kController ? controller_ : workers_[static_cast<std::size_t>(who)];
}

void Turns::hire(int workers) {
  if (!controller_) controller_ = new Seat;
  while (static_cast<int>(workers_.size()) < workers) {
    auto* mine = new Seat;
    const int number = static_cast<int>(workers_.size());
    workers_.push_back(mine);
    std::thread([this, mine, number] {
      for (;;) {
        mine->wait();
        seat(run_(number))->wake();
      }
    }).detach();
  }
}

void Turns::give(int worker) {
  seat(worker)->wake();
  controller_->wait();
}

void Turns::pass(int from, int to) {
  Seat* mine = seat(from);  // before the other runs
  seat(to)->wake();
  mine->wait();
}

void Turns::leave(int from) {
  Seat* mine = seat(from);
  controller_->wake();
  for (;;) mine->wait();
}

}  // namespace book::explorer
