#include "12_sync/story/once.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "12_sync/once_cell.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

struct Settings {
  OnceCell<std::string> cell;
  int loads = 0;
};

Async<std::string> load(Settings& settings, const char* who, Instant start) {
  say(start, fmt::format("{} loads the settings", who));
  const int number = ++settings.loads;
  co_await sleep(30ms);
  if (number == 1) throw std::runtime_error("the file is locked");
  co_return "blue";
}

Async<> asks(Settings& settings, const char* who, Instant start) {
  try {
    const auto initialise = [&] { return load(settings, who, start); };
    const std::string* colour = co_await settings.cell.get_or_init(initialise);
    say(start, fmt::format("{} has them: {}", who, *colour));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("{} has none: {}", who, error.what()));
  }
}

}  // namespace

Async<> once_by_three(Instant start) {
  Settings settings;
  co_await join(asks(settings, "anna", start), asks(settings, "ben", start),
                asks(settings, "cleo", start));
  co_await asks(settings, "dora", start);
  say(start, fmt::format("loaded {} times, one of them in vain", settings.loads));
}

}  // namespace book::story
