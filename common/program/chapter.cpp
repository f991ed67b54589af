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
#include <system_error>

#include "common/trace.h"

namespace book {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

void complain(const std::string& name, std::string_view what) noexcept {
  std::fprintf(stderr, "%s: %.*s\n", name.c_str(), static_cast<int>(what.size()), what.data());
}

/// Writing to stdout failed with `error`, an errno. A broken pipe is no reason to complain:
/// whoever reads our output (`| head -1`) has seen enough.
int report_stdout(const std::string& name, int error) noexcept {
  if (error != EPIPE) {
    complain(name, fmt::format("stdout: {}",
                               error ? std::strerror(error) : "not all of it could be written"));
  }
  return kFailed;
}

/// Says what went wrong. Called where an exception is being handled; returns the exit code.
int report_current_exception(const std::string& name) noexcept {
  try {
    throw;
  } catch (const UsageError& e) {
    complain(name, e.what());
    return kWrongUsage;
  } catch (const std::bad_alloc&) {
    complain(name, "out of memory");
  } catch (const std::system_error& e) {
    if (std::ferror(stdout)) return report_stdout(name, e.code().value());
    complain(name, e.what());
  } catch (const std::exception& e) {
    complain(name, e.what());
  } catch (...) {
    complain(name, "ended by an exception that is not a std::exception");
  }
  return kFailed;
}

/// An exception that leaves a thread, or a destructor, ends here instead of in an abort.
std::string terminating_name;
[[noreturn]] void on_terminate() {
  if (!std::current_exception()) {
    complain(terminating_name,
             "std::terminate was called: a bug, such as a std::thread nobody joined");
    std::abort();
  }
  const int code = report_current_exception(terminating_name);
  std::_Exit(code);
}

/// A closed 0, 1 or 2 would become the next file or socket that is opened, and what is printed
/// would go there. Returns whether stdout is open.
bool hold_standard_descriptors() noexcept {
  const bool stdout_open = ::fcntl(STDOUT_FILENO, F_GETFD) != -1;
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) == -1) (void)!::open("/dev/null", O_RDWR);
  }
  return stdout_open;
}

/// The errno of a write to stdout that failed earlier and was not looked at; 0 when it can not be
/// found out. A pipe that nobody reads any more shows itself.
int late_stdout_error() noexcept {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) ? EPIPE : 0;
}

/// Writes out what stdout still holds, and says whether all of it arrived.
int finish_stdout(const std::string& name) noexcept {
  const bool failed_before = std::ferror(stdout) != 0;
  errno = 0;
  const bool failed_now = std::fflush(stdout) != 0;
  if (!failed_before && !failed_now) return 0;
  return report_stdout(name, failed_now ? errno : late_stdout_error());
}

int run(const Chapter& chapter, const std::vector<std::string>& words, bool stdout_open,
        const std::function<void(Args&)>& body) {
  Args args = parse_args(chapter, words);
  if (!stdout_open)
    throw std::runtime_error("stdout is closed, and this program has a story to tell");
  if (args.help()) {
    fmt::print("{}", help_page(chapter));
    return 0;
  }
  if (!args.trace_file().empty()) trace::start(args.trace_file(), chapter.name);
  body(args);
  return 0;
}

}  // namespace

int chapter_main(const Chapter& chapter, int argc, char** argv,
                 const std::function<void(Args&)>& body) {
  const bool stdout_open = hold_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  terminating_name = chapter.name;
  std::set_terminate(on_terminate);

  int code = 0;
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    code = run(chapter, words, stdout_open, body);
  } catch (...) {
    code = report_current_exception(chapter.name);
  }
  trace::stop();
  const int stdout_code = code == 0 ? finish_stdout(chapter.name) : 0;
  return code != 0 ? code : stdout_code;
}

}  // namespace book
