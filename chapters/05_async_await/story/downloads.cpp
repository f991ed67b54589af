#include "05_async_await/story/downloads.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <system_error>

#include "04_io_executor/async_fd.h"
#include "05_async_await/simple_futures.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

constexpr std::string_view kRequest = "page, please\n";

int checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A connected socket. On loopback that takes no time; chapter 17 connects without blocking.
int connect_to(std::uint16_t port) {
  const int fd = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const sockaddr_in address = loopback(port);
  checked(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return fd;
}

}  // namespace

SlowServer::SlowServer(std::chrono::milliseconds delay, std::size_t page_bytes)
    : delay_(delay), page_(page_bytes, 'x') {
  listener_ = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  checked(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  checked(::listen(listener_, 16), "listen");
  checked(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
  accepting_ = start_thread([this] {
    std::vector<std::jthread> clients;  // joined at the end: each has its page by then
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0 && errno == EINVAL) return;  // shut down
      // Thrown here, it ends the program with one line. Those who have connected would wait
      // forever.
      checked(client, "accept");
      clients.push_back(start_thread<std::jthread>([this, client] { serve(client); }));
    }
  });
}

SlowServer::~SlowServer() {
  ::shutdown(listener_, SHUT_RDWR);  // ends the accept
  accepting_.join();
  ::close(listener_);
}

void SlowServer::serve(int client) const {
  std::array<char, 64> request;
  if (::read(client, request.data(), request.size()) > 0) {
    std::this_thread::sleep_for(delay_);
    std::string_view left = page_;
    while (!left.empty()) {
      const ssize_t sent = ::send(client, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent < 0) break;  // the client has gone
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  ::close(client);
}

std::size_t download(std::uint16_t port) {
  const int socket = connect_to(port);
  checked(static_cast<int>(::write(socket, kRequest.data(), kRequest.size())), "write");
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  for (;;) {
    const int count =
        checked(static_cast<int>(::read(socket, buffer.data(), buffer.size())), "read");
    if (count == 0) break;
    total += static_cast<std::size_t>(count);
  }
  ::close(socket);
  return total;
}

Async<std::size_t> download_async(std::uint16_t port) {
  AsyncFd socket(connect_to(port), AsyncFd::Kind::stream);
  auto send = poll_fn([&](Context& cx) { return socket.poll_write(cx, kRequest); });
  (void)co_await send;  // so few bytes go in one piece
  std::array<char, 4096> buffer;
  std::size_t total = 0;
  for (;;) {
    auto receive = poll_fn([&](Context& cx) { return socket.poll_read(cx, buffer); });
    const std::size_t count = co_await receive;
    if (count == 0) break;
    total += count;
  }
  co_return total;
}

}  // namespace book::story
