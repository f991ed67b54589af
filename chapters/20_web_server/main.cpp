// The web server of the book: one thread, one task a connection.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "04_io_executor/executor.h"
#include "20_web_server/server.h"
#include "20_web_server/stop_signal.h"
#include "common/chapter.h"

namespace {

using namespace book;

constexpr std::uint16_t kUsualPort = 7878;

/// The pages of this chapter: found from where the program is, so that the project may be moved
/// after it was built; else where they were then.
std::string usual_root() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    const fs::path pages = folder / "chapters/20_web_server/pages";
    if (fs::is_directory(pages, error)) return pages.string();
  }
  return BOOK_PAGES;
}

/// A server needs a descriptor a connection: take as many as we are allowed to.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The port that was asked for; or, when none was, 7878 or the next one that is free.
TcpListener listen(const Args& args) {
  if (args.given("port"))
    return TcpListener::bind(Address::loopback(args.get<std::uint16_t>("port")));
  for (std::uint16_t port = kUsualPort;; ++port) {
    try {
      return TcpListener::bind(Address::loopback(port));
    } catch (const std::system_error& error) {
      if (error.code().value() != EADDRINUSE || port == kUsualPort + 100) throw;
      fmt::print("port {} is taken, trying the next one\n", port);
    }
  }
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void run(Args& args) {
  raise_descriptor_limit();
  const std::string root = args.given("root") ? args.get<std::string>("root") : usual_root();
  http::Site site(root);
  site.thread_naps = args.get<std::string>("trap") == "blocking-nap";
  http::StopSignal stop;
  TcpListener listener = listen(args);

  const std::string address = fmt::format("http://127.0.0.1:{}/", listener.local_address().port());
  fmt::print("listening on {}\n", address);
  fmt::print("  serves   {}\n", root);
  fmt::print("  try      curl {0}         (or a browser)\n", address);
  fmt::print("           curl {0}sleep    (five seconds; nobody else waits)\n", address);
  fmt::print("  stop     Ctrl-C\n");

  Executor executor({.seed = args.seed()});
  // What the tasks borrow has to outlive the executor; what is bound to its reactor has to go
  // before it.
  executor.spawn(http::serve(std::move(listener), site));
  executor.block_on(stop);
  // Once is enough: another Ctrl-C, while we clean up, must not turn a good end into a kill.
  for (int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_IGN);
  fmt::print("stopped after {} on {}\n", counted(site.requests, "request"),
             counted(site.connections, "connection"));
}

}  // namespace

int main(int argc, char** argv) {
  return chapter_main(
      {.name = "20_web_server",
       .summary = "a web server for real clients",
       .options = {option::number("port", {.fallback = kUsualPort, .min = 0, .max = 65535},
                                  "where to listen on 127.0.0.1; 0 picks a free port"),
                   option::text("root", "DIR", "",
                                "the folder to serve (default: the pages of this chapter)"),
                   option::choice(
                       "trap", {"none", "blocking-nap"},
                       "make a mistake that the README tells of: /sleep stops everybody")},
       .no_virtual_time = "its clients live in real time"},
      argc, argv, run);
}
