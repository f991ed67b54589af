#include "19_web_crawler/story/live.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "04_io_executor/executor.h"
#include "08_select/select.h"
#include "09_streams/stream_step.h"
#include "10_spawning/spawn.h"
#include "13_time/signal.h"
#include "19_web_crawler/report.h"
#include "19_web_crawler/saver.h"

namespace book::story {
namespace {

using namespace crawl;
using std::chrono::seconds;

Url start_from(const Args& args) {
  if (args.virtual_time())
    throw UsageError("--virtual-time is for the story: a server at the end of --url has real time");
  const std::string text = args.get<std::string>("url");
  UrlResult start = parse_url(text);
  if (start.kind == UrlResult::Kind::other)
    throw UsageError("--url " + text + ": " + start.why + " is not spoken here, http:// is");
  if (!start) throw UsageError("--url " + text + ": " + start.why);
  return std::move(start.url);
}

CrawlOptions options_from(const Args& args) {
  CrawlOptions options;
  options.start.push_back(start_from(args));
  options.depth = args.get<int>("depth");
  options.max_pages = args.get<std::size_t>("max-pages");
  const std::string same = args.get<std::string>("same");
  options.same = same == "any" ? Same::any : same == "origin" ? Same::origin : Same::host;
  options.robots = !args.get<bool>("no-robots");
  options.retries = args.get<int>("retries");
  options.patience = seconds(args.get<int>("patience"));
  options.seed = args.seed().value_or(19);
  return options;
}

PoliteOptions polite_from(const Args& args) {
  const int rate = args.get<int>("rate");
  return {.all = args.get<std::size_t>("concurrency"),
          .a_host = args.get<std::size_t>("per-host"),
          .interval = rate == 0 ? Duration{} : Duration(seconds(1)) / rate};
}

std::size_t width_of_terminal() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

/// The first signal asks for no more pages, the second does not wait for those under way.
Async<> stops_on_signals(SignalStream signals, Crawler& crawler, Progress& progress, int& number) {
  std::optional<int> first = co_await next(signals);
  number = first.value_or(SIGINT);
  crawler.stop();
  progress.say(signal_name(number) + ": what is under way is finished; once more ends it now");
  (void)co_await next(signals);
}

Async<> crawls(Crawler& crawler, Progress& progress, const Politeness& politeness, int& signal) {
  SignalStream signals = book::signals({SIGINT, SIGTERM, SIGHUP});
  auto drawing = progress.redraws(crawler, politeness);
  auto stopping = stops_on_signals(std::move(signals), crawler, progress, signal);
  auto running = crawler.run();
  auto first = select_biased(std::move(running), std::move(stopping), std::move(drawing));
  (void)co_await first;
  progress.clear();
}

}  // namespace

std::vector<Option> crawl_options() {
  return {
      option::text("url", "URL", "", "crawl this server, and report its broken links"),
      option::number("depth", {.fallback = 2, .min = 0, .max = 1'000'000},
                     "links from the start to a page, at most"),
      option::number("max-pages", {.fallback = 1000, .min = 1, .max = 100'000},
                     "pages that are fetched, at most"),
      option::choice("same", {"host", "origin", "any"},
                     "which links to follow: on the same host, on its port only, or all"),
      option::number("concurrency", {.fallback = 8, .min = 1, .max = 500},
                     "requests under way, at most"),
      option::number("per-host", {.fallback = 4, .min = 1, .max = 500},
                     "of them to one host, at most"),
      option::number("rate", {.fallback = 0, .min = 0, .max = 100'000},
                     "requests a second to one host, at most; 0: no limit"),
      option::number("retries", {.fallback = 2, .min = 0, .max = 20},
                     "further attempts, where a failure may pass"),
      option::number("patience", {.fallback = 60, .min = 0, .max = 86'400},
                     "seconds that a server may ask us to wait"),
      option::number("timeout", {.fallback = 10, .min = 1, .max = 3600},
                     "seconds for a whole page"),
      option::number("max-bytes", {.fallback = 2 * 1024 * 1024, .min = 1, .max = 1 << 30},
                     "bytes of a page, at most"),
      option::flag("no-robots", "do not ask for robots.txt: for your own server"),
      option::text("save", "DIR", "", "save the pages in this folder"),
      option::flag("resume", "take over what a crawl before has saved there"),
  };
}

void crawl_for_real(const Args& args) {
  CrawlOptions options = options_from(args);
  const std::string folder = args.get<std::string>("save");
  if (args.get<bool>("resume") && folder.empty())
    throw UsageError("--resume takes over what is in a folder: say --save DIR, too");
  std::optional<PageStore> store;
  ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write, and no more
  if (!folder.empty()) store.emplace(folder, args.get<bool>("resume"));

  const Duration limit = seconds(args.get<int>("timeout"));
  HttpClient client(dial_tcp(std::min<Duration>(limit, seconds(5))),
                    {.page = limit, .body = args.get<std::uint64_t>("max-bytes")});
  Politeness politeness(polite_from(args));
  Saver saver(store ? &*store : nullptr, ::isatty(STDERR_FILENO) == 1, width_of_terminal());
  Crawler crawler(std::move(options), client, politeness, saver);
  int signal = 0;
  std::string failure;
  {
    Executor executor({.time = args.time_mode(), .seed = args.seed()});
    try {
      executor.block_on(crawls(crawler, saver, politeness, signal));
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
  }
  std::string report = report_of(crawler.pages());
  if (saver.taken_over() > 0)
    report += fmt::format("{} pages were here already.\n", saver.taken_over());
  if (signal != 0) {
    // A terminal that was closed takes no report: that changes nothing about the code.
    report += fmt::format("Stopped by {}.\n", signal_name(signal));
    std::fputs(report.c_str(), stdout);
    std::fflush(stdout);
    if (!failure.empty()) fmt::print(stderr, "19_web_crawler: {}\n", failure);
    std::_Exit(128 + signal);
  }
  fmt::print("{}", report);
  if (!failure.empty()) throw std::runtime_error(failure);
  if (const std::size_t broken = totals_of(crawler.pages()).broken; broken > 0)
    throw std::runtime_error(
        fmt::format("{} {} broken", broken, broken == 1 ? "page is" : "pages are"));
}

}  // namespace book::story
