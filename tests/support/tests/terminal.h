// For tests of what runs on a terminal: a pseudo-terminal, and a shell command on it.
//
// Nothing here waits for a time: expect() reads until the words are there, and the watchdog of the
// test is the bound.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <string>

#include "support/watchdog.h"

namespace book::test {

class Terminal {
 public:
  Terminal(const std::filesystem::path& folder, const std::string& command, int columns = 100,
           int rows = 30) {
    winsize size = {.ws_row = static_cast<unsigned short>(rows),
                    .ws_col = static_cast<unsigned short>(columns),
                    .ws_xpixel = 0,
                    .ws_ypixel = 0};
    EXPECT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    ::fcntl(master_, F_SETFD, FD_CLOEXEC);
    before_ = settings();
    set_watchdog_report([this] {
      std::lock_guard lock(report_mutex_);
      return "the terminal does not say: " + expected_ + "\nbut, since the last that it said:\n" +
             fresh_;
    });
    const std::string line = "cd '" + folder.string() + "' && " + command;
    child_ = ::fork();
    if (child_ == 0) {
      ::setsid();
      ::ioctl(slave_, TIOCSCTTY, 0);
      for (int descriptor : {0, 1, 2}) ::dup2(slave_, descriptor);
      if (slave_ > 2) ::close(slave_);
      ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
      ::_exit(127);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    set_watchdog_report({});
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(master_);
    ::close(slave_);
  }

  /// Reads until `words` stand in what came since the last expect(); gives that.
  std::string expect(const std::string& words) {
    {
      std::lock_guard lock(report_mutex_);
      expected_ = words;
    }
    std::size_t at = 0;
    while ((at = fresh_.find(words)) == fresh_.npos) {
      if (!read_some()) {
        ADD_FAILURE() << "the terminal was closed before it said: " << words << "\n" << fresh_;
        return fresh_;
      }
    }
    std::lock_guard lock(report_mutex_);
    std::string seen = fresh_.substr(0, at + words.size());
    fresh_.erase(0, seen.size());
    return seen;
  }

  void type(const std::string& keys) {
    EXPECT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }

  void resize(int columns, int rows) {
    winsize size = {.ws_row = static_cast<unsigned short>(rows),
                    .ws_col = static_cast<unsigned short>(columns),
                    .ws_xpixel = 0,
                    .ws_ypixel = 0};
    EXPECT_EQ(::ioctl(master_, TIOCSWINSZ, &size), 0);  // which sends SIGWINCH
  }

  /// Waits for the end of the command: its exit code, or -1 when a signal ended it.
  int exit_code() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// As it was before the command: echo, lines, Ctrl-C.
  bool is_as_before() const {
    const termios now = settings();
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_cc[VMIN] == before_.c_cc[VMIN] && now.c_cc[VTIME] == before_.c_cc[VTIME];
  }

 private:
  termios settings() const {
    termios all = {};
    EXPECT_EQ(::tcgetattr(slave_, &all), 0);
    return all;
  }
  bool read_some() {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(master_, buffer.data(), buffer.size());
    if (got <= 0) return false;
    std::lock_guard lock(report_mutex_);
    fresh_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  int master_ = -1;
  int slave_ = -1;
  pid_t child_ = -1;
  termios before_ = {};
  std::mutex report_mutex_;
  std::string expected_;
  std::string fresh_;
};

}  // namespace book::test
