// The people of chapter 04's story: small futures, written by hand, that count their polls.
#pragma once

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "04_io_executor/socket_read.h"
#include "common/future.h"

namespace book::story {

/// A socket, and the other end of the line.
struct Line {
  Line() : Line(connected_pair()) {}
  /// It fits into the line: it has just been made.
  void send(std::string_view text) const {
    if (::send(far.fd(), text.data(), text.size(), MSG_NOSIGNAL) < 0) {
      throw std::system_error(errno, std::system_category(), "send");
    }
  }
  AsyncFd near;
  AsyncFd far;

 private:
  explicit Line(std::pair<int, int> ends)
      : near(AsyncFd::from_nonblocking(ends.first, AsyncFd::Kind::stream)),
        far(AsyncFd::from_nonblocking(ends.second, AsyncFd::Kind::stream)) {}

  static std::pair<int, int> connected_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) {
      throw std::system_error(errno, std::system_category(), "socketpair");
    }
    return {ends[0], ends[1]};
  }
};

/// How often they were polled, and on how many threads.
struct Tally {
  int polls = 0;
  int done = 0;
  std::set<std::thread::id> threads{};

  void poll() {
    ++polls;
    threads.insert(std::this_thread::get_id());
  }
};

/// Waits for one message. Tells of each poll, if it has a name; and may pass the message on.
class Reader {
 public:
  using Output = void;
  Reader(const Line& line, Tally& tally, int name = 0, const Line* next = nullptr) noexcept
      : read_(const_cast<AsyncFd&>(line.near)), tally_(&tally), name_(name), next_(next) {}

  Poll<void> poll(Context& cx) {
    tally_->poll();
    const Poll<std::string> message = read_.poll(cx);
    ++polls_;
    if (message.is_pending()) {
      if (name_) fmt::print("   reader {}, poll {}: pending\n", name_, polls_);
      return pending;
    }
    ++tally_->done;
    if (name_)
      fmt::print("   reader {}, poll {}: Socket {} is now READABLE\n", name_, polls_, name_);
    if (next_) {
      fmt::print("   (it writes to socket {})\n", name_ + 1);
      next_->send(message.value());
    }
    return Poll<void>::ready();
  }

 private:
  SocketRead read_;
  Tally* tally_;
  int name_;
  int polls_ = 0;
  const Line* next_;
};

/// Sleeps, then writes one message.
class Writer {
 public:
  using Output = void;
  Writer(const Line& line, Duration wait, Tally& tally) noexcept
      : sleep_(sleep(wait)), line_(&line), tally_(&tally) {}

  Poll<void> poll(Context& cx) {
    tally_->poll();
    if (sleep_.poll(cx).is_pending()) return pending;
    ++tally_->done;
    line_->send("post");
    return Poll<void>::ready();
  }

 private:
  Sleep sleep_;
  const Line* line_;
  Tally* tally_;
};

/// Never rests: wakes itself in every poll, until somebody else is done.
class Neighbour {
 public:
  using Output = void;
  Neighbour(const Tally& other, Tally& tally) noexcept : other_(&other), tally_(&tally) {}

  Poll<void> poll(Context& cx) {
    if (other_->done > 0) return Poll<void>::ready();
    tally_->poll();
    cx.waker().wake_by_ref();
    return pending;
  }

 private:
  const Tally* other_;
  Tally* tally_;
};

/// Says "not yet", and keeps no waker: the mistake of this chapter.
class Forgetful {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    cx.waits_for("a call that nobody will make");
    return pending;
  }
};

}  // namespace book::story
