#include "support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace book::test {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::system_category(), call);
}

/// In the child: makes `fd` lead where it should.
void redirect(int fd, Sink sink, const TemporaryFile& file) {
  int to = -1;
  if (sink == Sink::closed) {
    ::close(fd);
    return;
  }
  if (sink == Sink::nobody) {
    int ends[2];
    if (::pipe(ends) != 0) fail("pipe");
    ::close(ends[0]);
    to = ends[1];
  } else {
    to = ::open(sink == Sink::full ? "/dev/full" : file.path().c_str(), O_WRONLY);
  }
  if (to < 0 || ::dup2(to, fd) < 0) fail("dup2");
  ::close(to);
}

}  // namespace

ChildResult run_in_child(const std::function<int()>& body, const ChildOptions& options) {
  const TemporaryFile out, err;
  std::fflush(nullptr);  // or the child would print it a second time
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    redirect(STDOUT_FILENO, options.out, out);
    redirect(STDERR_FILENO, options.err, err);
    ::signal(SIGINT, SIG_DFL);  // which a script's background jobs ignore, and so do their children
    ::_exit(body());
  }

  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  ChildResult result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = out.content();
  result.err = err.content();
  return result;
}

ChildResult run_program(const std::filesystem::path& program, const std::string& arguments,
                        const std::string& before) {
  const std::string command = before + "'" + program.string() + "' " + arguments;
  return run_in_child([&command] {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    return 127;
  });
}

TemporaryFile::TemporaryFile() {
  const char* folder = std::getenv("TMPDIR");
  path_ = std::string(folder ? folder : "/tmp") + "/async_book_XXXXXX";
  const int fd = ::mkstemp(path_.data());
  if (fd < 0) fail("mkstemp");
  ::close(fd);
}

TemporaryFile::~TemporaryFile() { ::unlink(path_.c_str()); }

std::string TemporaryFile::content() const {
  std::ifstream file(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace book::test
