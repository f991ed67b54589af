#include "tool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace book::test {

Tool::Tool(const std::string& command) {
  const Fd nothing(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
  const Fd out(check(::open(output_.path().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC), "open"));
  pid_ = check(::fork(), "fork");
  if (pid_ == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // when the watchdog ends this test
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ::setpgid(pid_, pid_);  // whoever comes first
  handle_ = Fd(check(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open"));
}

bool Tool::is_over() const { return ends_within(std::chrono::milliseconds(0)); }

void Tool::terminate() const {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

bool Tool::ends_within(std::chrono::milliseconds limit) const {
  pollfd its{handle_, POLLIN, 0};
  return pid_ < 0 || ::poll(&its, 1, static_cast<int>(limit.count())) > 0;
}

int Tool::wait(std::chrono::milliseconds limit) {
  if (pid_ < 0) return code_;
  const bool in_time = ends_within(limit);
  ::kill(-pid_, SIGKILL);  // the group is there until its leader has been waited for
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  if (in_time) code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code_;
}

Ran run(const std::string& command, std::chrono::milliseconds limit) {
  Tool tool(command);
  const int code = tool.wait(limit);
  return {code, tool.output()};
}

bool has_tool(const std::string& name) { return run("command -v " + name).code == 0; }

}  // namespace book::test
