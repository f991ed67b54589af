// The program itself, as a user starts it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/child_process.h"
#include "support/descriptors.h"
#include "support/paths.h"

namespace book::http {

/// build/bin/20_web_server, started with these arguments.
class Program {
 public:
  explicit Program(
      std::vector<std::string> words, const std::function<void()>& prepare = [] {}) {
    int out[2];
    test::check(::pipe2(out, O_CLOEXEC), "pipe2");
    out_ = test::Fd(out[0]);
    test::Fd theirs(out[1]);
    words.insert(words.begin(), test::program("20_web_server").string());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = test::check(::fork(), "fork");
    if (pid_ == 0) {
      ::dup2(theirs, STDOUT_FILENO);
      const int err = ::open(err_.path().c_str(), O_WRONLY | O_TRUNC);
      ::dup2(err, STDERR_FILENO);
      prepare();
      ::execv(argv[0], argv.data());
      std::_Exit(127);
    }
  }
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  /// The port of the "listening on" line; 0 when the program ends without one.
  std::uint16_t port() {
    const std::string before = "listening on http://127.0.0.1:";
    for (;;) {
      const std::size_t at = output_.find(before);
      if (at != std::string::npos && output_.find("/\n", at) != std::string::npos)
        return static_cast<std::uint16_t>(std::stoi(output_.substr(at + before.size())));
      if (!read_more()) return 0;
    }
  }
  /// Sends a signal, if any, and waits for the end. The exit code, or minus the signal that killed
  /// it.
  int end(int signal = 0) {
    if (signal != 0) ::kill(pid_, signal);
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// Has it ended by itself? end() gives the exit code.
  bool is_over() const {
    siginfo_t info{};
    test::check(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT),
                "waitid");
    return info.si_pid == pid_;
  }
  void send(int signal) const { ::kill(pid_, signal); }

  /// What it has open, and its memory: bytes that are really there (RSS). Of one that runs.
  std::size_t descriptors() const {
    const std::filesystem::path folder = "/proc/" + std::to_string(pid_) + "/fd";
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(folder)) ++count;
    return count;
  }
  std::size_t memory() const {
    std::ifstream sizes("/proc/" + std::to_string(pid_) + "/statm");
    std::size_t all = 0, resident = 0;
    sizes >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  /// Until it has no more open than that. A client that has gone may not have been noticed yet. (If
  /// it never is, the test's watchdog barks.)
  void wait_until_descriptors(std::size_t most) const {
    while (descriptors() > most) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  pid_t id() const { return pid_; }
  const std::string& output() const { return output_; }
  std::string errors() const { return err_.content(); }

 private:
  bool read_more() {
    char buffer[1024];
    const ssize_t n = ::read(out_, buffer, sizeof buffer);
    if (n > 0) output_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  test::TemporaryFile err_;
  test::Fd out_;
  pid_t pid_ = -1;
  std::string output_;
};

}  // namespace book::http
