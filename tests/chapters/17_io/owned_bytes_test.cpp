// Who keeps the bytes alive: what has a name is borrowed, a temporary goes into the future.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "04_io_executor/block_on.h"
#include "17_io/bytes/io.h"
#include "17_io/ends/duplex.h"
#include "17_io/ends/pipe.h"
#include "17_io/sockets/tcp.h"
#include "17_io/sockets/udp.h"
#include "17_io/sockets/unix_socket.h"
#include "support/contract.h"

namespace book {
namespace owned_bytes_test {

/// Takes three bytes at a time, and every other time none.
struct Slow {
  std::string written{};
  bool busy = true;

  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    busy = !busy;
    if (!busy) {
      cx.waker().wake_by_ref();
      return pending;
    }
    const std::size_t n = std::min<std::size_t>(3, bytes.size());
    written.append(bytes.data(), n);
    return n;
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) { return Poll<void>::ready(); }
};

/// Short enough to lie inside of the string, long enough to take several turns.
std::string greeting() { return "hello, you"; }
/// Too long to lie inside of the string.
std::string letter() { return std::string(100, 'a') + std::string(100, 'b'); }

TEST(OwnedBytes, WriteAllKeepsATemporaryString) {
  for (const std::string& text : {greeting(), letter()}) {
    Slow io;
    auto sending = write_all(io, std::string(text));
    auto moved = std::move(sending);  // and its bytes with it, before the first poll
    block_on(moved);
    EXPECT_EQ(io.written, text) << "The future was given a temporary: it has to keep it.";
  }
}

TEST(OwnedBytes, WriteAllBorrowsWhatHasAName) {
  Slow io;
  std::string text = "before";
  auto sending = write_all(io, text);
  text = "behind";  // as long, in the same place
  block_on(sending);
  EXPECT_EQ(io.written, "behind");
}

TEST(OwnedBytes, WriteKeepsATemporaryString) {
  Slow io;
  auto sending = write(io, greeting());
  EXPECT_EQ(block_on(sending), 3u);
  EXPECT_EQ(io.written, "hel");
}

TEST(OwnedBytes, WriteAllVectoredKeepsATemporaryList) {
  Slow io;
  const std::string head = "head ", body = "body";
  auto sending = write_all_vectored(io, std::array<std::string_view, 2>{head, body});
  auto moved = std::move(sending);
  block_on(moved);
  EXPECT_EQ(io.written, "head body");
}

TEST(OwnedBytes, TheFuturesThatOwnKeepTheContract) {
  const auto sink = std::make_shared<std::string>();
  struct Ready {
    std::shared_ptr<std::string> written;
    Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) {
      written->append(bytes.data(), bytes.size());
      return bytes.size();
    }
    Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
    Poll<void> poll_close(Context&) { return Poll<void>::ready(); }
  } io{sink};
  test::expect_contract([&] { return test::subject(write_all(io, letter())); },
                        {.ready_at_once = true});
  test::expect_contract([&] { return test::subject(write(io, letter())); }, {.ready_at_once = true},
                        [](std::size_t n) { return n == 200; });
}

TEST(OwnedBytes, ADatagramOfATemporaryStringIsSentWhole) {
  Reactor reactor;
  const Reactor::Scope scope(reactor);
  UdpSocket here = UdpSocket::bind(Address::loopback(0));
  UdpSocket there = UdpSocket::bind(Address::loopback(0));
  auto to_an_address = here.send_to(greeting(), there.local_address());
  here.connect(there.local_address());
  auto to_the_peer = here.send(letter());
  std::array<char, 300> buffer{};
  EXPECT_EQ(block_on(to_an_address), 10u);
  const Datagram first = block_on(there.recv_from(buffer));
  EXPECT_EQ(std::string_view(buffer.data(), first.size), greeting());
  EXPECT_EQ(block_on(to_the_peer), 200u);
  const Datagram second = block_on(there.recv_from(buffer));
  EXPECT_EQ(std::string_view(buffer.data(), second.size), letter());
}

// A buffer to read into has to have a name: nobody could look at what came into a temporary.
template <class Io, class Buffer>
concept Reads = requires(Io& io, Buffer&& buffer) {
  read(io, std::forward<Buffer>(buffer));
};
static_assert(Reads<TcpStream, std::string&>);
static_assert(!Reads<TcpStream, std::string>, "a buffer that is gone before the read begins");

// A future that borrows what makes it is not made by a temporary.
template <class T>
concept Accepts = requires(T&& listener) {
  std::forward<T>(listener).accept();
};
static_assert(Accepts<TcpListener&> && Accepts<UnixListener&>);
static_assert(!Accepts<TcpListener> && !Accepts<UnixListener>);

template <class T>
concept TellsWhenReadable = requires(T&& io) {
  std::forward<T>(io).readable();
};
static_assert(TellsWhenReadable<TcpStream&> && !TellsWhenReadable<TcpStream>);
static_assert(TellsWhenReadable<PipeReader&> && !TellsWhenReadable<PipeReader>);
static_assert(TellsWhenReadable<DuplexStream&> && !TellsWhenReadable<DuplexStream>);
static_assert(TellsWhenReadable<UdpSocket&> && !TellsWhenReadable<UdpSocket>);

}  // namespace owned_bytes_test
}  // namespace book
