// The echo server: what comes is sent back, until the client has said everything. And the loop that
// gives each connection to a task of its own. Chapter 17 explains both.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "17_io/bytes/io.h"
#include "17_io/sockets/tcp.h"

namespace book::story {

/// Sends back what it reads, to the stream's end. Throws what the stream throws.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<> echo(S& stream) {
  std::array<char, 4096> buffer;
  for (;;) {
    const std::size_t n = co_await read(stream, buffer);
    if (n == 0) break;
    const std::string_view piece(buffer.data(), n);
    co_await write_all(stream, piece);
  }
}

/// Accepts forever. `session(stream)` gives the future of one connection.
template <class Session>
Async<> serve(TcpListener& listener, Session session) {
  for (;;) {
    TcpListener::Accepted accepted = co_await listener.accept();
    spawn_detached(session(std::move(accepted.stream)));
  }
}

}  // namespace book::story
