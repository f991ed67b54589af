#include "18_chat_server/settings.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "common/program/chapter.h"

namespace book::chat {
namespace {

constexpr long long kHour = 60 * 60;

Option count(std::string name, std::size_t fallback, long long min, long long max,
             std::string help) {
  return option::number(std::move(name),
                        {.fallback = static_cast<long long>(fallback), .min = min, .max = max},
                        std::move(help));
}

Option seconds(std::string name, Duration fallback, long long min, std::string help) {
  const auto usual = std::chrono::duration_cast<std::chrono::seconds>(fallback).count();
  return option::number(std::move(name), {.fallback = usual, .min = min, .max = kHour},
                        std::move(help));
}

Slow slow_of(std::string_view name) {
  if (name == "drop") return Slow::drop;
  if (name == "keep") return Slow::keep;
  return name == "wait" ? Slow::wait : Slow::skip;
}

}  // namespace

std::vector<Option> limit_options() {
  const Limits usual;
  return {
      count("members", usual.members, 1, 100'000, "how many may be connected at a time"),
      count("line", usual.line, 1, 1'000'000, "bytes of a line at the line door"),
      count("message", usual.message, 1, 1'000'000, "bytes of a message of a WebSocket"),
      option::choice("slow", {"skip", "drop", "keep", "wait"},
                     "what happens to a line that a full mailbox has no room for"),
      count("mailbox", usual.mailbox.lines, 1, 1'000'000, "lines that wait for one member"),
      count("mailbox-bytes", usual.mailbox.bytes, 1, 1'000'000'000, "and bytes"),
      count("rate", static_cast<std::size_t>(usual.rate), 0, 1'000'000,
            "lines a second that one member may say; 0 is no limit"),
      count("burst", static_cast<std::size_t>(usual.burst), 1, 1'000'000, "and lines at once"),
      seconds("naming", usual.naming, 1, "seconds in which a name has to come"),
      seconds("silence", usual.silence, 1, "seconds after which a silent member is asked"),
      seconds("answer", usual.answer, 1, "seconds in which it has to answer"),
      seconds("patience", usual.patience, 1, "seconds with a member that takes no byte"),
      seconds("grace", usual.grace, 0, "seconds that the members have at the end"),
  };
}

Limits limits_from(const Args& args) {
  const auto time = [&](std::string_view name) {
    return std::chrono::seconds(args.get<int>(name));
  };
  Limits limits;
  limits.members = args.get<std::size_t>("members");
  limits.line = args.get<std::size_t>("line");
  limits.message = args.get<std::size_t>("message");
  limits.mailbox = {.lines = args.get<std::size_t>("mailbox"),
                    .bytes = args.get<std::size_t>("mailbox-bytes"),
                    .slow = slow_of(args.get<std::string>("slow"))};
  limits.rate = args.get<int>("rate");
  limits.burst = args.get<int>("burst");
  limits.naming = time("naming");
  limits.silence = time("silence");
  limits.answer = time("answer");
  limits.patience = time("patience");
  limits.grace = time("grace");
  return limits;
}

}  // namespace book::chat
