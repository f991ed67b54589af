// An echo server and its clients in one process, on one thread: messages in pieces, ends that come
// in time and too early, clients that vanish, and how many buffers a hundred connections need.
// README.md walks through it.
#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "17_io/buffer_desk.h"
#include "17_io/echo.h"
#include "17_io/io.h"
#include "17_io/story.h"
#include "17_io/tcp.h"
#include "17_io/watched.h"
#include "common/chapter.h"

namespace book::story {
namespace {

constexpr std::array<std::string_view, 3> kPieces{"part", "ial ", "reads"};
constexpr std::size_t kMessage = 13;

/// All that comes until the other side closes.
template <AsyncRead R>
Async<std::string> read_to_the_end(R& stream) {
  std::string all;
  std::array<char, 4096> buffer;
  for (;;) {
    const std::size_t n = co_await read(stream, buffer);
    if (n == 0) break;
    all.append(buffer.data(), n);
  }
  co_return all;
}

/// One connection of the echo server. What goes wrong with it concerns nobody else.
Async<> echo_session(Watched stream) {
  try {
    co_await echo(stream);
  } catch (const std::system_error& error) {
    fmt::print("   server  {}\n", error.what());
  }
}

Async<> type_slowly(TcpStream& stream) {
  for (std::size_t i = 0; i < kPieces.size(); ++i) {
    fmt::print("   client  \"{}\"\n", kPieces[i]);
    co_await write_all(stream, kPieces[i]);
    co_await sleep(kPause);
  }
}

Async<> slow_client(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await type_slowly(stream);
  std::array<char, kMessage> message;
  co_await read_exact(stream, message);
  const std::string_view text(message.data(), message.size());
  fmt::print("   client  has \"{}\" back\n", text);
}

Async<> fast_client(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  for (std::size_t i = 0; i < kPieces.size(); ++i) co_await write_all(stream, kPieces[i]);
  std::array<char, kMessage> message;
  co_await read_exact(stream, message);
}

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

Async<> whole_message(TcpListener& listener) {
  Counts in, out;
  TcpListener::Accepted accepted = co_await listener.accept();
  Watched stream(std::move(accepted.stream), in, out);
  std::array<char, kMessage> message;
  try {
    co_await read_exact(stream, message);
    const std::string_view text(message.data(), message.size());
    fmt::print("   server  got \"{}\" whole, from {} pieces, after {} waits\n", text, in.pieces,
               in.waits);
  } catch (const UnexpectedEnd& error) {
    fmt::print("   server  got {} of {} bytes: {}\n", in.bytes, message.size(), error.what());
  }
}

Async<> typist(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await type_slowly(stream);
}

void read_exact_puts_together(ExecutorOptions options) {
  fmt::print("\n2. read_exact puts the pieces together.\n");
  House house(options);
  house.executor().spawn(whole_message(house.listener()));
  house.visit(typist(house.address()));
}

Async<> write_letter(Watched& stream, const std::string& letter) {
  co_await write_all(stream, letter);
  auto close = poll_fn([&](Context& cx) { return stream.poll_close(cx); });
  co_await close;
}

Async<Watched> connect_watched(Address server, Counts& in, Counts& out) {
  TcpStream stream = co_await TcpStream::connect(server);
  use_small_buffers(stream.fd());
  co_return Watched(std::move(stream), in, out);
}

void large_letter(ExecutorOptions options) {
  fmt::print("\n3. Two million bytes through a small door.\n");
  std::string letter(2'000'000, '\0');
  for (std::size_t i = 0; i < letter.size(); ++i) letter[i] = static_cast<char>('a' + i % 23);
  Counts server_in, server_out, in, out;
  std::optional<Watched> stream;  // before the house: its tasks borrow it
  House house(options);
  use_small_buffers(house.listener().fd());
  house.open(
      [&](TcpStream s) { return echo_session(Watched(std::move(s), server_in, server_out)); });
  stream.emplace(house.visit(connect_watched(house.address(), in, out)));
  // Two tasks at one stream: if the only one were busy writing, who would read the echo?
  house.executor().spawn(write_letter(*stream, letter));
  const std::string back = house.visit(read_to_the_end(*stream));
  fmt::print("   client  wrote {} bytes in ~{} pieces, and waited ~{} times for room\n", out.bytes,
             out.pieces, out.waits);
  fmt::print("   client  read {} bytes in ~{} pieces: {}\n", in.bytes, in.pieces,
             back == letter ? "the same letter" : "not what was sent: a bug in this book");
}

/// Can not answer before the client has said everything.
Async<> measuring_session(TcpStream stream) {
  const std::string all = co_await read_to_the_end(stream);
  fmt::print("   server  got {} bytes, and then 0: the end\n", all.size());
  const std::string answer = fmt::format("thank you for {} bytes", all.size());
  co_await write_all(stream, answer);
}

Async<> says_goodbye(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await write_all(stream, "that is all I know");
  fmt::print("   client  \"that is all I know\", and closes its writing half\n");
  auto close = poll_fn([&](Context& cx) { return stream.poll_close(cx); });
  co_await close;
  const std::string answer = co_await read_to_the_end(stream);
  fmt::print("   client  got \"{}\", and then 0\n", answer);
}

void half_close(ExecutorOptions options) {
  fmt::print("\n4. The end of one half.\n");
  House house(options);
  house.open(measuring_session);
  house.visit(says_goodbye(house.address()));
}

Async<> leaves_early(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  fmt::print("   client  \"part\", and leaves\n");
  co_await write_all(stream, "part");
}

void unexpected_end(ExecutorOptions options) {
  fmt::print("\n5. An end that comes too early.\n");
  House house(options);
  house.executor().spawn(leaves_early(house.address()));
  house.visit(whole_message(house.listener()));
}

Async<> tries_the_door(Address nobody) {
  try {
    TcpStream stream = co_await TcpStream::connect(nobody);
    fmt::print("   client  is in: somebody else has taken that port\n");
  } catch (const std::system_error& error) {
    fmt::print("   client  {}\n", error.what());
  }
}

void refused(ExecutorOptions options) {
  fmt::print("\n6. A door behind which nobody is.\n");
  const Address nobody = TcpListener::bind(Address::loopback(0)).local_address();  // and closed
  Executor(options).block_on(tries_the_door(nobody));
}

Async<> vanishes(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  fmt::print("   client 1  \"anybody there?\", and does not wait for the answer\n");
  co_await write_all(stream, "anybody there?");
  co_await sleep(kPause);
}

Async<> stays(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await sleep(3 * kPause);
  co_await write_all(stream, "anybody there?");
  std::array<char, 14> word;
  co_await read_exact(stream, word);
  const std::string_view text(word.data(), word.size());
  fmt::print("   client 2  has \"{}\" back\n", text);
}

void vanished_client(ExecutorOptions options) {
  fmt::print("\n7. A client that vanishes, and one that stays.\n");
  Counts in, out;
  House house(options);
  house.open([&](TcpStream s) { return echo_session(Watched(std::move(s), in, out)); });
  house.executor().spawn(vanishes(house.address()));
  house.visit(stays(house.address()));
}

Async<> lending_session(TcpStream stream, BufferDesk& desk) {
  for (;;) {
    co_await stream.readable();  // an idle connection stands here, and holds no buffer
    const BufferDesk::Loan buffer = desk.lend();
    const std::size_t n = co_await read(stream, buffer.bytes());
    if (n == 0) break;
    const std::string_view piece(buffer.bytes().data(), n);
    co_await write_all(stream, piece);
  }
}

Async<std::size_t> many_talk(Address server, int connections, int rounds) {
  std::vector<TcpStream> streams;
  std::size_t echoed = 0;
  std::array<char, 4> word;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < connections; ++i) {
      if (round == 0) {
        TcpStream stream = co_await TcpStream::connect(server);
        streams.push_back(std::move(stream));
      }
      co_await write_all(streams[static_cast<std::size_t>(i)], "ping");
    }
    for (TcpStream& stream : streams) {
      co_await read_exact(stream, word);
      ++echoed;
    }
  }
  co_return echoed;
}

void idle_connections(ExecutorOptions options, int connections) {
  fmt::print("\n8. Connections: {}. Buffers: ?\n", connections);
  BufferDesk desk;
  House house(options);
  house.open([&](TcpStream s) { return lending_session(std::move(s), desk); });
  const std::size_t echoed = house.visit(many_talk(house.address(), connections, 3));
  fmt::print("   words echoed: {}; buffers needed: {}\n", echoed, desk.bought());
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  const auto trap = args.get<std::string>("trap");
  if (trap == "dropped-read-exact") return dropped_read_exact(options);
  if (trap == "dropped-write-all") return dropped_write_all(options);
  if (trap == "nobody-reads") return nobody_reads(options);

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
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "17_io",
       .summary = "reading and writing: an echo server and its clients on one thread",
       .options = {option::number("part", {.fallback = 0, .min = 0, .max = 8},
                                  "only this part of the story; 0 is all"),
                   option::number("connections", {.fallback = 100, .min = 1, .max = 10'000},
                                  "how many connections part 8 has"),
                   option::choice(
                       "trap", {"none", "dropped-read-exact", "dropped-write-all", "nobody-reads"},
                       "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}
