// Exercise 1: a mailbox with two bounds. One answer.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "09_streams/stream_step.h"
#include "common/waker.h"

namespace book::exercise {

class Mailbox {
 public:
  using Item = std::string;

  Mailbox(std::size_t most_lines, std::size_t most_bytes)
      : most_lines_(most_lines), most_bytes_(most_bytes) {}

  void push(std::string line) {
    if (closed_) return;
    while (!lines_.empty() && !fits(line)) {
      (void)take();
      ++missed_;
    }
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    std::exchange(waiter_, Waker()).wake();
  }

  void close() {
    closed_ = true;
    std::exchange(waiter_, Waker()).wake();
  }

  PollItem<std::string> poll_next(Context& cx) {
    if (const std::size_t missed = std::exchange(missed_, 0)) {
      return PollItem<std::string>::ready("* you missed " + std::to_string(missed));
    }
    if (!lines_.empty()) return PollItem<std::string>::ready(take());
    if (closed_) return PollItem<std::string>::ready();
    cx.store(waiter_, "a line");
    return pending;
  }

 private:
  bool fits(const std::string& line) const {
    return lines_.size() < most_lines_ && bytes_ + line.size() <= most_bytes_;
  }
  std::string take() {
    std::string oldest = std::move(lines_.front());
    lines_.pop_front();
    bytes_ -= oldest.size();
    return oldest;
  }

  std::size_t most_lines_, most_bytes_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;   ///< of lines_
  std::size_t missed_ = 0;  ///< lines that went, and were not told of
  bool closed_ = false;
  Waker waiter_;
};

}  // namespace book::exercise
