// Part 6: many people, over sockets of this machine, in real time. Counts only.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "04_io_executor/executor.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/spawn.h"
#include "12_sync/barrier.h"
#include "17_io/bytes/lines.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/server.h"
#include "18_chat_server/story/parts.h"

namespace book::story {
namespace {

struct Evening {
  explicit Evening(int people) : all_here(static_cast<std::size_t>(people)) {}
  Barrier all_here;
  CancellationToken stop;
  int welcome = 0, heard = 0, ended = 0;
};

/// Comes in, waits for all, hears one line, and stays until the end.
Async<> visitor(Address door, int number, Evening& evening) {
  TcpStream stream = co_await TcpStream::connect(door);
  BufReader reader(std::move(stream), 256);
  const std::string name = fmt::format("guest{}\n", number);
  co_await write_all(reader.inner(), name);
  for (;;) {
    std::optional<std::string> line = co_await read_line(reader);
    if (!line) break;
    const bool is_welcome = line->starts_with("* welcome");
    const bool is_greeting = line->ends_with(": good evening");
    if (!is_welcome && !is_greeting) continue;
    ++(is_welcome ? evening.welcome : evening.heard);
    const bool last = co_await evening.all_here.wait();
    if (last && is_welcome) co_await write_all(reader.inner(), "good evening\n");
    if (last && is_greeting) evening.stop.cancel();
  }
  ++evening.ended;
}

Async<> whole_evening(chat::Chat& chat, Evening& evening, int people) {
  chat::Doors doors{TcpListener::bind(0)};
  const Address door = doors.lines.local_address();
  auto serving = spawn(chat::serve(chat, std::move(doors), evening.stop.cancelled()));
  JoinSet<void> visitors;
  for (int i = 0; i < people; ++i) visitors.spawn(visitor(door, i, evening));
  (void)co_await visitors.join_all();
  co_await serving;
}

/// Two descriptors a visitor, one at each end. With too few of them both ends wait for each other.
void check_descriptors(int people) {
  const auto needed = 2 * static_cast<rlim_t>(people) + 12;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max >= needed && ::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  throw std::runtime_error(fmt::format(
      "--crowd {} needs {} files open at a time, and the limit is {}: at most --crowd {} here",
      people, needed, limit.rlim_max, limit.rlim_max < 14 ? 0 : (limit.rlim_max - 12) / 2));
}

}  // namespace

void a_crowd(int people) {
  fmt::print("\n6. A crowd of {}, over sockets.\n", people);
  check_descriptors(people);
  chat::Limits limits;
  limits.members = static_cast<std::size_t>(people);
  Evening evening(people);
  chat::Chat chat(limits);
  Executor().block_on(whole_evening(chat, evening, people));
  fmt::print("   {} came in, {} heard \"good evening\", and {} the end\n", evening.welcome,
             evening.heard, evening.ended);
}

}  // namespace book::story
