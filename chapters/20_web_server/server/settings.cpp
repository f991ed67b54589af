#include "20_web_server/server/settings.h"

#include <chrono>

#include "17_io/http/buffers.h"
#include "common/program/chapter.h"

namespace book::http {
namespace {

constexpr long long kDay = 24 * 60 * 60;

long long seconds_of(Duration time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

Option seconds(std::string name, Duration fallback, std::string help) {
  return option::number(std::move(name), {.fallback = seconds_of(fallback), .min = 1, .max = kDay},
                        std::move(help));
}

}  // namespace

std::vector<Option> server_options() {
  const Settings usual;
  auto count = [](std::size_t n) { return static_cast<long long>(n); };
  return {
      option::number("max-connections",
                     {.fallback = count(usual.max_connections), .min = 1, .max = 10'000'000},
                     "connections at once; for one more, the longest idle one is closed"),
      option::number(
          "max-head",
          {.fallback = count(usual.limits.head), .min = 64, .max = count(InputBuffer::kSize)},
          "bytes of a request's line and fields; more is refused"),
      seconds("header-timeout", usual.header_timeout,
              "seconds in which a request has to come, once it has begun"),
      seconds("idle-timeout", usual.idle_timeout,
              "seconds after which a connection that asks for nothing is closed"),
      seconds("write-timeout", usual.write_timeout,
              "seconds after which a client that takes none of its answer is dropped"),
      option::number("grace", {.fallback = seconds_of(usual.grace), .min = 0, .max = kDay},
                     "seconds that the server, once stopped, gives to what it has begun"),
      option::text("cache-control", "VALUE", "",
                   "how long a client may keep a file, as 'max-age=60': a field of every file"),
      option::text("access-log", "FILE", "",
                   "a line a request, in the common format: to a file, or to stdout (-)"),
      option::number(
          "nap", {.fallback = 1000 * seconds_of(usual.slow_delay), .min = 0, .max = 1000 * kDay},
          "milliseconds that /sleep takes"),
  };
}

Settings settings_from(const Args& args) {
  auto time = [&](std::string_view name) { return std::chrono::seconds(args.get<int>(name)); };
  Settings settings;
  settings.max_connections = args.get<std::size_t>("max-connections");
  settings.limits.head = args.get<std::size_t>("max-head");
  settings.header_timeout = time("header-timeout");
  settings.idle_timeout = time("idle-timeout");
  settings.write_timeout = time("write-timeout");
  settings.grace = time("grace");
  settings.cache_control = args.get<std::string>("cache-control");
  for (const char c : settings.cache_control)
    if (c < 0x20 || c > 0x7e) throw UsageError("--cache-control is one line of plain letters");
  settings.access_log = args.get<std::string>("access-log");
  settings.slow_delay = std::chrono::milliseconds(args.get<long long>("nap"));
  return settings;
}

}  // namespace book::http
