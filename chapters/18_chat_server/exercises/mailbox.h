// Exercise 1: what a member has not read yet, with two bounds.
//
//     Mailbox mailbox(3, 1000);
//     push "1" "2" "3" "4" "5"      the oldest go: there are never more than three
//     read: "* you missed 2", "3", "4", "5"
//
//   - At most `most_lines` lines, and at most `most_bytes` bytes, are in it. When one more would be
//     too much, the oldest go, as many as it takes. One line that is larger than `most_bytes` makes
//     all others go, and stands alone.
//   - push() never waits, and takes every line.
//   - Who reads is told how many lines went, once, as "* you missed 2": where they are missing,
//     which is in front of the oldest one that is left. That notice takes no place.
//   - It is a stream. One who waits is woken by a push, and by close(). After close() what is in it
//     can still be read; then comes the end. A push after close() does nothing.
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
    // TODO: this one keeps everything.
    lines_.push_back(std::move(line));
  }

  void close() { closed_ = true; }  // TODO: who waits?

  PollItem<std::string> poll_next(Context& cx) {
    if (!lines_.empty()) {
      std::string line = std::move(lines_.front());
      lines_.pop_front();
      return PollItem<std::string>::ready(std::move(line));
    }
    if (closed_) return PollItem<std::string>::ready();
    cx.store(waiter_, "a line");
    return pending;
  }

 private:
  std::size_t most_lines_, most_bytes_;
  std::deque<std::string> lines_;
  bool closed_ = false;
  Waker waiter_;
};

}  // namespace book::exercise
