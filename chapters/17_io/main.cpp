// An echo server and its clients in one process, on one thread: messages in pieces, ends that come
// in time and too early, clients that vanish, and how many buffers a hundred connections need. The
// parts from 9 on are in errands.cpp, those from 14 on in messages.cpp.
// README.md, SOCKETS.md and MESSAGES.md walk through it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "17_io/bytes/split.h"
#include "17_io/sockets/tcp.h"
#include "17_io/story/buffer_desk.h"
#include "17_io/story/messages.h"
#include "17_io/story/people.h"
#include "17_io/story/story.h"
#include "17_io/story/watched.h"
#include "common/program/chapter.h"

namespace book::story {
namespace {

void pieces(ExecutorOptions options) {
  fmt::print("\n1. A stream has no messages, only bytes.\n");
  Counts in, out, fast_in, fast_out;
  {
    House house(options);
    house.open([&](TcpStream s) { return echo_session(Watched(std::move(s), in, out, "server")); });
    house.visit(slow_client(house.address()));
  }
  House house(options);
  house.open([&](TcpStream s) { return echo_session(Watched(std::move(s), fast_in, fast_out)); });
  house.visit(fast_client(house.address()));
  fmt::print("   three writes with pauses: {} reads; three at once: ~{} reads\n", in.pieces,
             fast_in.pieces);
}

void read_exact_puts_together(ExecutorOptions options) {
  fmt::print("\n2. read_exact puts the pieces together.\n");
  House house(options);
  house.executor().spawn(whole_message(house.listener()));
  house.visit(typist(house.address()));
}

void large_letter(ExecutorOptions options) {
  fmt::print("\n3. Two million bytes through a small door.\n");
  std::string letter(2'000'000, '\0');
  for (std::size_t i = 0; i < letter.size(); ++i) letter[i] = static_cast<char>('a' + i % 23);
  Counts server_in, server_out, in, out;
  House house(options);
  use_small_buffers(house.listener().fd());
  house.open(
      [&](TcpStream s) { return echo_session(Watched(std::move(s), server_in, server_out)); });
  auto halves = split(house.visit(connect_watched(house.address(), in, out)));
  // Two tasks, a half each: if the only one were busy writing, who would read the echo?
  house.executor().spawn(write_letter(std::move(halves.second), letter));
  const std::string back = house.visit(read_to_the_end(halves.first));
  fmt::print("   client  wrote {} bytes in ~{} pieces, and waited ~{} times for room\n", out.bytes,
             out.pieces, out.waits);
  fmt::print("   client  read {} bytes in ~{} pieces: {}\n", in.bytes, in.pieces,
             back == letter ? "the same letter" : "not what was sent: a bug in this book");
}

void half_close(ExecutorOptions options) {
  fmt::print("\n4. The end of one half.\n");
  House house(options);
  house.open(measuring_session);
  house.visit(says_goodbye(house.address()));
}

void unexpected_end(ExecutorOptions options) {
  fmt::print("\n5. An end that comes too early.\n");
  House house(options);
  house.executor().spawn(leaves_early(house.address()));
  house.visit(whole_message(house.listener()));
}

void refused(ExecutorOptions options) {
  fmt::print("\n6. A door behind which nobody is.\n");
  const Address nobody = TcpListener::bind(Address::loopback(0)).local_address();  // and closed
  Executor(options).block_on(tries_the_door(nobody));
}

void vanished_client(ExecutorOptions options) {
  fmt::print("\n7. A client that vanishes, and one that stays.\n");
  Counts in, out;
  House house(options);
  house.open([&](TcpStream s) { return echo_session(Watched(std::move(s), in, out)); });
  house.executor().spawn(vanishes(house.address()));
  house.visit(stays(house.address()));
}

void idle_connections(ExecutorOptions options, int connections) {
  fmt::print("\n8. {} connections. How many buffers?\n", connections);
  BufferDesk desk;
  House house(options);
  house.open([&](TcpStream s) { return lending_session(std::move(s), desk); });
  const std::size_t echoed = house.visit(many_talk(house.address(), connections, 3));
  fmt::print("   {} words echoed; buffers needed: {}\n", echoed, desk.bought());
}

/// With too few descriptors a server waits until a client gives one back, as it should. Here the
/// clients are in the same process, and wait for the server: the story would never end.
void check_descriptors() {
  constexpr rlim_t kNeeded = 12;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kNeeded) return;
  throw std::runtime_error(fmt::format(
      "this story has up to {} files open at a time, and the limit is {}: ulimit -n {} raises it",
      kNeeded, limit.rlim_cur, kNeeded));
}

void tell(Args& args) {
  check_descriptors();
  // The people pause until nothing else is left to do: on a slow machine it is the same story.
  const ExecutorOptions options{.time = TimeMode::virtual_time, .seed = args.seed()};
  const auto trap = args.get<std::string>("trap");
  if (trap == "dropped-read-exact") return dropped_read_exact(options);
  if (trap == "dropped-write-all") return dropped_write_all(options);
  if (trap == "nobody-reads") return nobody_reads(options);
  if (trap == "nobody-is-there") return nobody_is_there(options);
  if (trap == "late-answer") return late_answer(options);

  const int part = args.get<int>("part");
  const auto wanted = [part](int number) { return part == 0 || part == number; };
  fmt::print("A server and its clients: one process, one thread.\n");
  if (wanted(1)) pieces(options);
  if (wanted(2)) read_exact_puts_together(options);
  if (wanted(3)) large_letter(options);
  if (wanted(4)) half_close(options);
  if (wanted(5)) unexpected_end(options);
  if (wanted(6)) refused(options);
  if (wanted(7)) vanished_client(options);
  if (wanted(8)) idle_connections(options, args.get<int>("connections"));
  if (wanted(9)) lines_of_a_file(options);
  if (wanted(10)) proxy(options);
  if (wanted(11)) hour_in_memory(options);
  if (wanted(12)) name(options);
  if (wanted(13)) datagrams(options);
  if (wanted(14)) head_in_pieces();
  if (wanted(15)) ends_of_requests();
  if (wanted(16)) body_in_chunks();
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "17_io",
       .summary = "reading and writing: an echo server and its clients on one thread",
       .options = {option::number("part", {.fallback = 0, .min = 0, .max = 16},
                                  "only this part of the story; 0 is all"),
                   option::number("connections", {.fallback = 100, .min = 1, .max = 10'000},
                                  "how many connections part 8 has"),
                   option::choice("trap",
                                  {"none", "dropped-read-exact", "dropped-write-all",
                                   "nobody-reads", "nobody-is-there", "late-answer"},
                                  "instead, make one of the mistakes that the pages tell of")}},
      argc, argv, book::story::tell);
}
