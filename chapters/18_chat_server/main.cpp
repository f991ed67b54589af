// A chat server: the room, its members, and what becomes of one who does not read. By itself it
// tells the story; with --serve it opens the doors. README.md walks through it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "10_spawning/cancellation_token.h"
#include "13_time/signal.h"
#include "18_chat_server/server.h"
#include "18_chat_server/settings.h"
#include "18_chat_server/story/parts.h"
#include "common/program/chapter.h"

namespace {

using namespace book;

TcpListener listen(std::uint16_t port, const char* option) {
  try {
    return TcpListener::bind(port);
  } catch (const std::system_error& error) {
    if (error.code().value() != EADDRINUSE) throw;
    throw std::runtime_error(
        fmt::format("port {} is in use: choose another one with {}, or 0 for any", port, option));
  }
}

/// pages/chat.html, which is in this chapter's folder.
std::string page() {
  const std::string path = BOOK_PAGES "/chat.html";
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty())
    throw std::runtime_error(fmt::format(
        "the page {} cannot be read: has the book been moved since it was built? Build it again",
        path));
  return text;
}

/// A server needs a descriptor a connection: take as many as we are allowed to.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The first Ctrl-C asks the chat to come to an end, a second one to do so at once.
Async<> stop_on_signals(SignalStream signals, CancellationToken stop, const chat::Chat& chat) {
  co_await next(signals);
  stop.cancel();
  co_await next(signals);
  chat.abort();
}

Async<> serve_until_told(chat::Chat& chat, chat::Doors doors, SignalStream signals) {
  const CancellationToken stop;
  spawn_detached(stop_on_signals(std::move(signals), stop, chat));
  co_await chat::serve(chat, std::move(doors), stop.cancelled());
}

/// An option that would be passed over in silence is an error.
void refuse_what_does_nothing(const Args& args) {
  const bool serves = args.get<bool>("serve");
  for (const char* name : {"crowd", "trap"})
    if (serves && args.given(name))
      throw UsageError(fmt::format("--{} is of the story, and --serve opens the doors", name));
  std::vector<std::string> of_doors{"port", "web-port"};
  for (const Option& option : chat::limit_options()) of_doors.push_back(option.name);
  for (const std::string& name : of_doors)
    if (!serves && args.given(name))
      throw UsageError(fmt::format("--{} is for the doors: add --serve", name));
}

void open_doors(const Args& args) {
  if (args.virtual_time())
    throw UsageError("--virtual-time and --serve: real people live in real time");
  raise_descriptor_limit();
  const std::string chat_page = page();
  chat::Chat chat(chat::limits_from(args));
  Executor executor({.seed = args.seed()});
  SignalStream signals = book::signals({SIGINT, SIGTERM});
  chat::Doors doors{
      listen(args.get<std::uint16_t>("port"), "--port"),
      chat::WebDoor{listen(args.get<std::uint16_t>("web-port"), "--web-port"), chat_page}};
  fmt::print("the chat is open\n");
  fmt::print("  lines    nc 127.0.0.1 {}\n", doors.lines.local_address().port());
  fmt::print("  page     http://127.0.0.1:{}/\n", doors.web->listener.local_address().port());
  fmt::print("  stop     Ctrl-C\n");
  executor.block_on(serve_until_told(chat, std::move(doors), std::move(signals)));
  fmt::print("closed\n");
}

void tell(Args& args) {
  using namespace story;
  refuse_what_does_nothing(args);
  if (args.get<bool>("serve")) return open_doors(args);
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  const auto trap = args.get<std::string>("trap");
  if (trap == "unbounded") return unbounded(options);
  if (trap == "room-waits") return the_room_waits(options);
  if (args.given("crowd")) return a_crowd(args.get<int>("crowd"));

  fmt::print("A chat: one room, many members, one thread.\n");
  three_people(options);
  the_slow_reader(options);
  ways_to_leave(options);
  the_wire();
  the_end(options);
  a_crowd(args.get<int>("crowd"));
}

std::vector<Option> options() {
  std::vector<Option> all = {
      option::flag("serve", "open the doors, for real people"),
      option::number("port", {.fallback = 7818, .min = 0, .max = 65535},
                     "where the line door listens on 127.0.0.1; 0 picks a free port"),
      option::number("web-port", {.fallback = 7819, .min = 0, .max = 65535},
                     "where the web door listens on 127.0.0.1; 0 picks a free port"),
      option::number("crowd", {.fallback = 100, .min = 1, .max = 100'000},
                     "only part 6 of the story, with so many people"),
      option::choice("trap", {"none", "unbounded", "room-waits"},
                     "instead, make one of the mistakes that the README tells of")};
  for (Option& option : chat::limit_options()) all.push_back(std::move(option));
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "18_chat_server",
       .summary = "a chat server: one room, and nobody waits for a slow reader",
       .options = options()},
      argc, argv, tell);
}
