// chapter_main: the process around a chapter. chapter_args.cpp holds the command line.
#include "common/program/chapter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "common/trace.h"

namespace book {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

std::string name_of_program;

void complain(std::string_view what) noexcept {
  std::fprintf(stderr, "%s: %.*s\n", name_of_program.c_str(), static_cast<int>(what.size()),
               what.data());
}

/// Writes out what stdout still holds: 0 when all of it has arrived, now and before. A reader that
/// has gone (`| head -1`) has seen enough: that is no reason to complain.
int finish_stdout() noexcept {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return 0;
  const int error = errno;
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  const bool reader_has_gone = ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
  if (!reader_has_gone)
    complain(std::string("stdout: ") +
             (error ? std::strerror(error) : "not all of it could be written"));
  return kFailed;
}

/// Says what went wrong. Called where an exception is being handled; returns the exit code.
int report_current_exception() noexcept {
  if (std::ferror(stdout)) return finish_stdout();
  try {
    throw;
  } catch (const UsageError& e) {
    complain(e.what());
    return kWrongUsage;
  } catch (const std::bad_alloc&) {
    complain("out of memory");
  } catch (const std::exception& e) {
    complain(e.what());
  } catch (...) {
    complain("ended by an exception that is not a std::exception");
  }
  return kFailed;
}

/// An exception that leaves a thread, or a destructor, ends here instead of in an abort.
[[noreturn]] void on_terminate() {
  if (std::current_exception()) std::_Exit(report_current_exception());
  complain("std::terminate was called: a bug, such as a std::thread that was not joined");
  std::abort();
}

}  // namespace

int chapter_main(const Chapter& chapter, int argc, char** argv,
                 const std::function<void(Args&)>& body) {
  const bool stdout_open = ::fcntl(STDOUT_FILENO, F_GETFD) != -1;
  // A closed 0, 1 or 2 would become the next socket, and what is printed would go there.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    // blocks: a device that is always there
    if (::fcntl(fd, F_GETFD) == -1) (void)!::open("/dev/null", O_RDWR);
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  name_of_program = chapter.name;
  std::set_terminate(on_terminate);

  int code = 0;
  try {
    Args args = parse_args(chapter, std::vector<std::string>(argv + (argc > 0), argv + argc));
    if (!stdout_open)
      throw std::runtime_error("stdout is closed, and this program has a story to tell");
    if (!args.help() && !args.trace_file().empty()) trace::start(args.trace_file(), chapter.name);
    args.help() ? fmt::print("{}", help_page(chapter)) : body(args);
  } catch (...) {
    code = report_current_exception();
  }
  trace::stop();
  return code == 0 ? finish_stdout() : code;
}

}  // namespace book
