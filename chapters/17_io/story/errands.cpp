// The second half of chapter 17's story: what stands on read and write. A file line by line, a
// proxy, an hour in memory, a name, and datagrams. README.md walks through it.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/copy.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "17_io/ends/duplex.h"
#include "17_io/sockets/resolve.h"
#include "17_io/sockets/udp.h"
#include "17_io/story/people.h"
#include "17_io/story/story.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// A file with this text in it, which goes when it is closed.
AsyncFd file_with(std::string_view text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  if (!file) throw std::system_error(errno, std::system_category(), "tmpfile");
  std::fwrite(text.data(), 1, text.size(), file.get());
  std::rewind(file.get());
  return AsyncFd(::dup(::fileno(file.get())), AsyncFd::Kind::other);
}

Async<> reads_the_list(AsyncFd file) {
  auto guests = lines(std::move(file), 40);
  try {
    for (int number = 1;; ++number) {
      auto guest = co_await next(guests);
      if (!guest) break;
      fmt::print("   line {}  \"{}\"\n", number, *guest);
    }
  } catch (const LineTooLong& error) {
    fmt::print("   then    {}\n", error.what());
  }
}

/// Lets one guest through to `server`, whoever that is.
Async<BothWays> let_through(TcpListener& door, Address server) {
  TcpListener::Accepted guest = co_await door.accept();
  TcpStream behind = co_await TcpStream::connect(server);
  BothWays copied = co_await copy_bidirectional(guest.stream, behind);
  co_return copied;
}

/// When something happened, in hours and minutes since the story's part began.
class Minutes {
 public:
  std::string now() const {
    const auto passed =
        std::chrono::duration_cast<std::chrono::minutes>(Reactor::current().now() - start_);
    return fmt::format("{:02}:{:02}", passed.count() / 60, passed.count() % 60);
  }

 private:
  Instant start_ = Reactor::current().now();
};

Async<> asks_the_oracle(DuplexStream stream, const Minutes& clock) {
  co_await write_all(stream, "what is the answer?");
  fmt::print("   {}  client  \"what is the answer?\"\n", clock.now());
  std::array<char, 2> answer;
  auto in_time = co_await timeout(45min, read_exact(stream, answer));
  if (in_time) {
    fmt::print("   {}  client  has it\n", clock.now());
  } else {
    fmt::print("   {}  client  has waited long enough, and hangs up\n", clock.now());
  }
}

Async<> oracle(DuplexStream stream, const Minutes& clock) {
  std::array<char, 19> question;
  co_await read_exact(stream, question);
  co_await sleep(1h);
  try {
    co_await write_all(stream, "42");
  } catch (const std::system_error& error) {
    fmt::print("   {}  oracle  {}\n", clock.now(), error.what());
  }
}

Async<> an_hour_passes() {
  const Minutes clock;
  auto ends = duplex(64);
  co_await join(asks_the_oracle(std::move(ends.first), clock),
                oracle(std::move(ends.second), clock));
}

/// "localhost" may be [::1] as well, where nobody listens: connect tries one after the other.
Async<> comes_by_name(std::string name, std::uint16_t port) {
  const auto addresses = co_await resolve(name, port);
  const TcpStream stream = co_await TcpStream::connect(addresses, 3s);
  fmt::print("   client  \"{}\": somebody is in at {}\n", name, stream.peer_address().to_string());
}

/// The pieces of part 1 again, into a buffer that is one byte too small for the last.
Async<> three_datagrams() {
  UdpSocket server = UdpSocket::bind(Address::loopback(0));
  UdpSocket client = UdpSocket::bind(Address::loopback(0));
  const Address where = server.local_address();
  for (std::size_t i = 0; i < kPieces.size(); ++i) co_await client.send_to(kPieces[i], where);
  std::array<char, 4> buffer;
  for (std::size_t i = 0; i < kPieces.size(); ++i) {
    const Datagram got = co_await server.recv_from(buffer);
    const std::string_view text(buffer.data(), got.size);
    fmt::print("   server  \"{}\", {} of {} bytes\n", text, got.size, got.full_size);
  }
}

}  // namespace

void lines_of_a_file(ExecutorOptions options) {
  fmt::print("\n9. A file, line by line.\n");
  const std::string_view list =
      "Ada\nBrian, who writes on Windows\r\n\nGrace\n"
      "Dennis, who comes with his friend Ken, and Ken's chess computer\n";
  Executor(options).block_on(reads_the_list(file_with(list)));
}

void proxy(ExecutorOptions options) {
  fmt::print("\n10. The same as 4, with somebody in between.\n");
  House house(options);
  house.open(measuring_session);
  TcpListener door = TcpListener::bind(Address::loopback(0));
  const auto [said, copied] =
      house.visit(join(says_goodbye(door.local_address()), let_through(door, house.address())));
  (void)said;
  fmt::print("   proxy   {} bytes there, {} bytes back\n", copied.a_to_b, copied.b_to_a);
}

void hour_in_memory(ExecutorOptions options) {
  fmt::print("\n11. An hour, without a socket and without an hour.\n");
  Executor(options).block_on(an_hour_passes());
}

void name(ExecutorOptions options) {
  fmt::print("\n12. A name.\n");
  const TcpListener listener = TcpListener::bind(Address::loopback(0));
  Executor(options).block_on(comes_by_name("localhost", listener.local_address().port()));
}

void datagrams(ExecutorOptions options) {
  fmt::print("\n13. The three pieces of part 1, as datagrams.\n");
  Executor(options).block_on(three_datagrams());
}

}  // namespace book::story
