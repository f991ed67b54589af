#include "20_web_server/first_server/first_server.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "04_io_executor/executor.h"

namespace book::first {
namespace {

constexpr std::string_view kPage = "<!DOCTYPE html>\n<title>Hello</title>\n<h1>Hello!</h1>\n";

}  // namespace

Async<> answer(TcpStream client) {
  std::string head;
  std::array<char, 4096> piece;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const std::size_t n = co_await read(client, piece);
    if (n == 0) co_return;  // gone, in the middle of the question
    head.append(piece.data(), n);
  }
  const std::string page = fmt::format(
      "HTTP/1.1 200 OK\r\n"
      "Content-Type: text/html\r\n"
      "Content-Length: {}\r\n"
      "Connection: close\r\n"
      "\r\n"
      "{}",
      kPage.size(), kPage);
  co_await write_all(client, page);
}

Async<> serve_in_turn(TcpListener listener) {
  for (;;) {
    TcpListener::Accepted accepted = co_await listener.accept();
    co_await answer(std::move(accepted.stream));
  }
}

Async<> serve_at_once(TcpListener listener) {
  for (;;) {
    TcpListener::Accepted accepted = co_await listener.accept();
    spawn_detached(answer(std::move(accepted.stream)));
  }
}

}  // namespace book::first
