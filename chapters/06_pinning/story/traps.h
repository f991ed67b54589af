// Where the guard stands: the same future twice, with its PinGuard first and last.
//
// A move constructor moves the members in the order in which they are declared. A guard that throws
// as the last of them has come too late: all the others have moved out already.
#pragma once

#include <string>
#include <utility>

#include "common/future.h"

namespace book::story {

class [[nodiscard]] GuardFirst {
 public:
  using Output = std::string;
  explicit GuardFirst(std::string name) : name_(std::move(name)) {}

  Poll<std::string> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (!first) return name_;
    cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  PinGuard pin_;
  std::string name_;
};

class [[nodiscard]] GuardLast {
 public:
  using Output = std::string;
  explicit GuardLast(std::string name) : name_(std::move(name)) {}

  Poll<std::string> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (!first) return name_;
    cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  std::string name_;
  PinGuard pin_;  // the mistake
};

}  // namespace book::story
