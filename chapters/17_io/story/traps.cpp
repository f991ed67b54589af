// The traps of chapter 17. What is wrong is marked, and README.md says why.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/io.h"
#include "17_io/sockets/tcp.h"
#include "17_io/story/echo.h"
#include "17_io/story/story.h"
#include "17_io/story/watched.h"

namespace book::story {
namespace {

constexpr auto kPatience = 2 * kPause;
constexpr std::size_t kOrder = 8;
using Order = std::array<char, kOrder>;

Async<> read_order_anew(TcpStream& stream, Order& order) {
  for (;;) {
    // wrong: a new one each time round
    auto in_time = co_await timeout(kPatience, read_exact(stream, order));
    if (in_time) co_return;
    fmt::print("   clerk   is tired of waiting, looks out of the window, asks anew\n");
  }
}

Async<> read_order_on(TcpStream& stream, Order& order) {
  auto whole = read_exact(stream, order);  // right: one, which remembers what it has
  for (;;) {
    auto in_time = co_await timeout(kPatience, whole);
    if (in_time) co_return;
    fmt::print("   clerk   is tired of waiting, looks out of the window, asks on\n");
  }
}

template <class ReadOrder>
Async<> clerk(TcpListener& listener, ReadOrder read_order) {
  TcpListener::Accepted accepted = co_await listener.accept();
  try {
    for (int i = 0; i < 2; ++i) {
      Order order;
      co_await read_order(accepted.stream, order);
      const std::string_view text(order.data(), order.size());
      fmt::print("   clerk   order \"{}\"\n", text);
    }
  } catch (const UnexpectedEnd& error) {
    fmt::print("   clerk   {}\n", error.what());
  }
}

Async<> customer(Address where) {
  TcpStream stream = co_await TcpStream::connect(where);
  fmt::print("   client  \"PAY \"\n");
  co_await write_all(stream, "PAY ");
  co_await sleep(3 * kPause);
  fmt::print("   client  \"0100\", and \"PAY 0250\"\n");
  co_await write_all(stream, "0100");
  co_await write_all(stream, "PAY 0250");
}

/// Gives up and starts again, or goes on, until the letter is written.
Async<> send_anew(TcpStream& stream, const std::string& letter) {
  for (;;) {
    // wrong: from the first byte again
    auto in_time = co_await timeout(kPatience, write_all(stream, letter));
    if (in_time) co_return;
  }
}

Async<> send_on(TcpStream& stream, const std::string& letter) {
  auto all = write_all(stream, letter);  // right: it knows how far it came
  for (;;) {
    auto in_time = co_await timeout(kPatience, all);
    if (in_time) co_return;
  }
}

template <class Send>
Async<> impatient_writer(Address where, const std::string& letter, Send send) {
  TcpStream stream = co_await TcpStream::connect(where);
  use_small_buffers(stream.fd());
  co_await send(stream, letter);
}

/// Comes late, and then reads everything.
Async<std::size_t> late_reader(TcpListener& listener) {
  TcpListener::Accepted accepted = co_await listener.accept();
  co_await sleep(5 * kPause);
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  for (;;) {
    const std::size_t n = co_await read(accepted.stream, buffer);
    if (n == 0) break;
    total += n;
  }
  co_return total;
}

template <class Send>
std::size_t letter_received(ExecutorOptions options, const std::string& letter, Send send) {
  House house(options);
  use_small_buffers(house.listener().fd());
  house.executor().spawn(impatient_writer(house.address(), letter, send));
  return house.visit(late_reader(house.listener()));
}

Async<Watched> connect_small(Address where, Counts& in, Counts& out) {
  TcpStream stream = co_await TcpStream::connect(where);
  use_small_buffers(stream.fd());
  co_return Watched(std::move(stream), in, out);
}

Async<> echo_session(Watched stream) { co_await echo(stream); }

Async<> write_then_read(Watched& stream, const std::string& letter) {
  co_await write_all(stream, letter);
  std::string back(letter.size(), '\0');
  co_await read_exact(stream, back);
}

Async<> just_write(Watched& stream, const std::string& letter) {
  co_await write_all(stream, letter);
}

Async<> hangs_up(TcpListener& listener) {
  TcpListener::Accepted accepted = co_await listener.accept();
  fmt::print("   server  hangs up, and has read nothing\n");
}

Async<> sends_on(Address where) {
  TcpStream stream = co_await TcpStream::connect(where);
  try {
    for (int number = 1;; ++number) {
      co_await sleep(kPause);
      co_await write_all(stream, "Dear friend");  // wrong: to believe that somebody has it now
      fmt::print("   client  letter {} is written\n", number);
    }
  } catch (const std::system_error& error) {
    fmt::print("   client  {}\n", error.what());
  }
}

}  // namespace

void dropped_read_exact(ExecutorOptions options) {
  fmt::print("A new read_exact each time:\n");
  {
    House house(options);
    house.executor().spawn(customer(house.address()));
    house.visit(clerk(house.listener(), read_order_anew));
  }
  fmt::print("\nThe same read_exact, asked again:\n");
  House house(options);
  house.executor().spawn(customer(house.address()));
  house.visit(clerk(house.listener(), read_order_on));
}

void dropped_write_all(ExecutorOptions options) {
  const std::string letter(1'000'000, 'x');
  fmt::print("The letter has {} bytes.\n", letter.size());
  fmt::print("   a new write_all each time:       ~{} bytes arrive\n",
             letter_received(options, letter, send_anew));
  fmt::print("   the same write_all, asked again: {} bytes arrive\n",
             letter_received(options, letter, send_on));
}

void nobody_reads(ExecutorOptions options) {
  const std::string letter(2'000'000, 'x');
  Counts server_in, server_out, in, out;
  const auto session = [&](TcpStream s) {
    return echo_session(Watched(std::move(s), server_in, server_out));
  };
  fmt::print("One task writes {} bytes, and then reads the echo:\n", letter.size());
  {
    House house(options);
    use_small_buffers(house.listener().fd());
    house.open(session);
    Watched stream = house.visit(connect_small(house.address(), in, out));
    auto both = write_then_read(stream, letter);
    const bool done = house.visit(timeout(10 * kPause, both)).has_value();
    fmt::print("   {}\n", done ? "done, for once: the buffers are larger than the letter"
                               : "nothing moves any more");
    fmt::print("   client  wrote ~{} bytes, waits for room, and has read {} bytes\n", out.bytes,
               in.bytes);
    fmt::print("   server  echoed ~{} bytes, and waits for room\n", server_out.bytes);
  }
  in = {};
  std::optional<Watched> stream;  // before the house: its tasks borrow it
  House house(options);
  use_small_buffers(house.listener().fd());
  house.open(session);
  stream.emplace(house.visit(connect_small(house.address(), in, out)));
  fmt::print("One task writes, and another one reads:\n");
  house.executor().spawn(just_write(*stream, letter));
  std::string back(letter.size(), '\0');
  house.visit(read_exact(*stream, back));
  fmt::print("   client  has read {} bytes\n", in.bytes);
}

void nobody_is_there(ExecutorOptions options) {
  House house(options);
  house.executor().spawn(hangs_up(house.listener()));
  house.visit(sends_on(house.address()));
}

}  // namespace book::story
