// The web server of the book, in each of its four steps.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "08_select/select.h"
#include "13_time/signal.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/stop.h"
#include "20_web_server/steps/steps.h"
#include "20_web_server/story/demo.h"
#include "20_web_server/story/first.h"
#include "common/program/chapter.h"
#include "common/stream.h"

namespace {

using namespace book;
using http::Mode;

constexpr std::uint16_t kDefaultPort = 7878;
constexpr long long kMostWorkers = 1024;

long long processors() {
  return std::clamp(static_cast<long long>(std::thread::hardware_concurrency()), 1LL, kMostWorkers);
}

/// The pages of this chapter: found from where the program is, so that the project may be moved
/// after it was built; else where they were then.
std::string default_root() {
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

/// --workers alone asks for the parallel mode: no other has any.
http::Plan plan_from(const Args& args) {
  http::Plan plan;
  if (args.given("mode"))
    plan.mode = http::mode_of(args.get<std::string>("mode"));
  else if (args.given("workers"))
    plan.mode = Mode::parallel;
  if (args.given("workers") && plan.mode != Mode::parallel) {
    throw UsageError(fmt::format("--workers belongs to --mode parallel, and not to --mode {}",
                                 http::name_of(plan.mode)));
  }
  plan.workers = args.get<int>("workers");
  plan.root = args.given("root") ? args.get<std::string>("root") : default_root();
  plan.settings = http::settings_from(args);
  const std::size_t most = plan.settings.max_connections;
  if (plan.mode == Mode::parallel && most < static_cast<std::size_t>(plan.workers)) {
    throw UsageError(fmt::format("--max-connections {} is shared by {} workers: at least one each",
                                 most, plan.workers));
  }
  plan.settings.blocking_sleep = args.get<std::string>("trap") == "blocking-nap";
  plan.seed = args.seed();
  return plan;
}

/// On the port that was asked for; or, when none was, on 7878 or the next one that is free.
http::Server listen(const http::Plan& plan, const Args& args) {
  if (args.given("port"))
    return http::Server(plan, Address::loopback(args.get<std::uint16_t>("port")));
  for (std::uint16_t port = kDefaultPort;; ++port) {
    try {
      return http::Server(plan, Address::loopback(port));
    } catch (const std::system_error& error) {
      if (error.code().value() != EADDRINUSE || port == kDefaultPort + 100) throw;
      fmt::print("port {} is taken, trying the next one\n", port);
    }
  }
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void print_greeting(const http::Plan& plan, const http::Server& server) {
  const bool others_wait = plan.settings.blocking_sleep || plan.mode < Mode::concurrent;
  const double delay = std::chrono::duration<double>(plan.settings.slow_delay).count();
  const std::string address = fmt::format("http://127.0.0.1:{}/", server.port());
  fmt::print("listening on {}\n", address);
  fmt::print("  serves   {}\n", plan.root);
  fmt::print("  mode     {}: {}\n", http::name_of(plan.mode), http::describe(plan));
  fmt::print("  try      curl {0}         (or a browser)\n", address);
  fmt::print("           curl {0}sleep    ({1} s; {2} else waits)\n", address, delay,
             others_wait ? "everybody" : "nobody");
  fmt::print("  stop     Ctrl-C\n");
}

void print_totals(const std::vector<http::Totals>& workers) {
  const http::Totals all = http::sum(workers);
  fmt::print("stopped after {} on {}\n", counted(all.requests, "request"),
             counted(all.connections, "connection"));
  if (workers.size() == 1) return;
  std::string requests;
  for (const http::Totals& one : workers)
    requests += fmt::format("{}{}", requests.empty() ? "" : ", ", one.requests);
  fmt::print("  requests of each thread: {}\n", requests);
}

/// The first Ctrl-C asks the server to come to an end, a second one to do so at once.
Async<> stop_on_signals(SignalStream signals, http::Stop& stop) {
  co_await next(signals);
  stop.request_stop();
  co_await next(signals);
  stop.abort();
}

/// The same for a server that blocks. A thread in the middle of a sleep cannot be told anything:
/// what ends it is the end of the process.
Async<> stop_on_signals_and_exit(SignalStream signals, http::Stop& stop, Duration grace) {
  co_await next(signals);
  stop.request_stop();
  co_await book::select(next(signals), book::sleep(grace));
  fmt::print("stopped in the middle of an answer\n");
  std::fflush(stdout);
  std::_Exit(EXIT_SUCCESS);
}

/// Short sleeps, and two workers, whatever machine it is: the demo prints the same everywhere.
void demo(http::Plan plan, const Args& args) {
  if (!args.given("nap")) plan.settings.slow_delay = std::chrono::seconds(1);
  if (!args.given("workers")) plan.workers = 2;
  const bool one = args.given("mode") || args.given("workers");
  http::demonstrate(plan, one ? std::optional(plan.mode) : std::nullopt);
}

void run(Args& args) {
  if (http::is_first_mode(args.get<std::string>("mode"))) return http::run_first(args);
  const http::Plan plan = plan_from(args);
  if (args.get<bool>("demo")) return demo(plan, args);
  raise_descriptor_limit();
  std::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is an error of write, and no more
  http::Stop stop;
  SignalStream signals = book::signals({SIGINT, SIGTERM});
  // Until the very end: another Ctrl-C, while we clean up, must not turn a good end into a kill.
  const SignalStream unheard = book::signals({SIGINT, SIGTERM});
  http::Server server = listen(plan, args);  // last: it looks whether there is all that it needs
  print_greeting(plan, server);

  const std::vector<http::Totals> totals = server.run(stop, [&] {
    return plan.mode == Mode::blocking
               ? stop_on_signals_and_exit(std::move(signals), stop, plan.settings.grace)
               : stop_on_signals(std::move(signals), stop);
  });
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_IGN);
  print_totals(totals);
}

std::vector<Option> options() {
  std::vector<std::string> modes = http::first_mode_names();
  for (const std::string& mode : http::mode_names()) modes.push_back(mode);
  std::vector<Option> all = {
      option::flag("demo", "show who waits for whom, in each mode, and end"),
      option::number("port", {.fallback = kDefaultPort, .min = 0, .max = 65535},
                     "where to listen on 127.0.0.1; 0 picks a free port"),
      option::text("root", "DIR", "", "the folder to serve (default: the pages of this chapter)"),
      {.name = "mode",
       .placeholder = "MODE",
       .help = "which step of the chapter",
       .fallback = std::string(http::name_of(Mode::concurrent)),
       .choices = std::move(modes)},
      option::number("workers", {.fallback = processors(), .min = 1, .max = kMostWorkers},
                     "threads of the parallel mode, which this option chooses"),
      option::choice("trap", {"none", "blocking-nap"},
                     "make a mistake that the README tells of: /sleep stops everybody")};
  for (Option& option : http::server_options()) all.push_back(std::move(option));
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  return chapter_main({.name = "20_web_server",
                       .summary = "a web server for real clients",
                       .options = options(),
                       .no_virtual_time = "its clients live in real time"},
                      argc, argv, run);
}
