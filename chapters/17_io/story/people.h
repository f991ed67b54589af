// The people of chapter 17's story: those who serve a connection, and those who come. Each is a
// coroutine, and says what it sees.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "09_streams/sink.h"
#include "17_io/bytes/io.h"
#include "17_io/sockets/tcp.h"
#include "17_io/story/buffer_desk.h"
#include "17_io/story/echo.h"
#include "17_io/story/story.h"
#include "17_io/story/watched.h"

namespace book::story {

inline constexpr std::array<std::string_view, 3> kPieces{"part", "ial ", "reads"};
inline constexpr std::size_t kMessage = 13;

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
inline Async<> echo_session(Watched stream) {
  try {
    co_await echo(stream);
  } catch (const std::system_error& error) {
    fmt::print("   server  {}\n", error.what());
  }
}

inline Async<> type_slowly(TcpStream& stream) {
  for (std::size_t i = 0; i < kPieces.size(); ++i) {
    fmt::print("   client  \"{}\"\n", kPieces[i]);
    co_await write_all(stream, kPieces[i]);
    co_await sleep(kPause);
  }
}

inline Async<> slow_client(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await type_slowly(stream);
  std::array<char, kMessage> message;
  co_await read_exact(stream, message);
  const std::string_view text(message.data(), message.size());
  fmt::print("   client  has \"{}\" back\n", text);
}

inline Async<> fast_client(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  for (std::size_t i = 0; i < kPieces.size(); ++i) co_await write_all(stream, kPieces[i]);
  std::array<char, kMessage> message;
  co_await read_exact(stream, message);
}

inline Async<> whole_message(TcpListener& listener) {
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

inline Async<> typist(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await type_slowly(stream);
}

/// Owns its half of a stream, and ends it with the letter.
template <AsyncWrite W>
Async<> write_letter(W stream, const std::string& letter) {
  co_await write_all(stream, letter);
  co_await close(stream);
}

inline Async<Watched> connect_watched(Address server, Counts& in, Counts& out) {
  TcpStream stream = co_await TcpStream::connect(server);
  use_small_buffers(stream.fd());
  co_return Watched(std::move(stream), in, out);
}

/// Cannot answer before the client has said everything.
inline Async<> measuring_session(TcpStream stream) {
  const std::string all = co_await read_to_the_end(stream);
  fmt::print("   server  got {} bytes, and then 0: the end\n", all.size());
  const std::string answer = fmt::format("thank you for {} bytes", all.size());
  co_await write_all(stream, answer);
}

inline Async<> says_goodbye(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await write_all(stream, "that is all I know");
  fmt::print("   client  \"that is all I know\", and closes its writing half\n");
  co_await close(stream);
  const std::string answer = co_await read_to_the_end(stream);
  fmt::print("   client  got \"{}\", and then 0\n", answer);
}

inline Async<> leaves_early(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  fmt::print("   client  \"part\", and leaves\n");
  co_await write_all(stream, "part");
}

inline Async<> tries_the_door(Address nobody) {
  try {
    TcpStream stream = co_await TcpStream::connect(nobody);
    fmt::print("   client  is in: somebody else has taken that port\n");
  } catch (const std::system_error& error) {
    fmt::print("   client  {}\n", error.what());
  }
}

inline Async<> vanishes(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  fmt::print("   client 1  \"anybody there?\", and does not wait for the answer\n");
  co_await write_all(stream, "anybody there?");
  co_await sleep(kPause);
}

inline Async<> stays(Address server) {
  TcpStream stream = co_await TcpStream::connect(server);
  co_await sleep(3 * kPause);
  co_await write_all(stream, "anybody there?");
  std::array<char, 14> word;
  co_await read_exact(stream, word);
  const std::string_view text(word.data(), word.size());
  fmt::print("   client 2  has \"{}\" back\n", text);
}

inline Async<> lending_session(TcpStream stream, BufferDesk& desk) {
  for (;;) {
    co_await stream.readable();  // an idle connection stands here, and holds no buffer
    const BufferDesk::Loan buffer = desk.lend();
    const std::size_t n = co_await read(stream, buffer.bytes());
    if (n == 0) break;
    const std::string_view piece(buffer.bytes().data(), n);
    co_await write_all(stream, piece);
  }
}

inline Async<std::size_t> many_talk(Address server, int connections, int rounds) {
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

}  // namespace book::story
