// A client: the blocking client of all tests of this chapter that need a real socket.
//
//     Client client(port);
//     EXPECT_EQ(client.gets("/"), "200 hello");          // asks, and takes the whole answer
//     client.asks("/a").asks("/b").sends("GET / HT");     // asks, and does not wait
//     client.answer();  client.body();                   // the head of an answer, and its body
//
// No call waits for more than ten seconds for a byte to come or to go: a server that hangs makes a
// test fail, not hang.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "17_io/sockets/address.h"
#include "support/descriptors.h"

namespace book::http {

class Client {
 public:
  struct Options {
    int receive_buffer = 0;  ///< bytes of the system's; 0: as it likes
  };

  explicit Client(std::uint16_t port) : Client(port, Options{}) {}
  Client(std::uint16_t port, const Options& options)
      : fd_(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (const int size = options.receive_buffer; size > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    const Address address = Address::loopback(port);
    test::check(::connect(fd_, address.data(), address.size()), "connect");
  }

  /// A request, and no word of waiting for its answer. `fields`: whole lines.
  Client& asks(std::string_view path, std::string_view method = "GET",
               std::string_view fields = "") {
    std::string request(method);
    request.append(" ").append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(fields);
    return sends(request.append("\r\n"));
  }
  /// All of it. Throws std::system_error when the server does not take it.
  Client& sends(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      bytes.remove_prefix(static_cast<std::size_t>(test::check(static_cast<int>(n), "send")));
    }
    return *this;
  }
  /// From now on, what is sent is not kept back to go together with more.
  Client& hurries() {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return *this;
  }

  /// The head of the next answer; its body is taken too, unless there is none ("HEAD"). Empty at
  /// the end of the connection, and "cut short" when that comes in the middle.
  std::string answer(bool has_body = true) {
    std::size_t end = 0;
    body_.clear();
    while ((end = have_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return std::exchange(have_, "").empty() ? "" : "cut short";
    end += 4;
    std::string head = have_.substr(0, end);
    const std::string length = "Content-Length: ";
    const std::size_t at = head.find(length);
    const bool none = !has_body || at == std::string::npos || head.compare(9, 3, "304") == 0;
    const std::size_t size = none ? 0 : std::stoul(head.substr(at + length.size()));
    while (have_.size() < end + size) {
      if (more()) continue;
      have_.clear();
      return "cut short";
    }
    body_ = have_.substr(end, size);
    have_.erase(0, end + size);
    return head;
  }
  /// Of the last answer.
  const std::string& body() const { return body_; }
  /// The next answer's, "HTTP/1.1 200"; its body is taken and kept.
  std::string status() { return answer().substr(0, 12); }
  /// The next answer as "200 body"; empty at the end, or "cut short".
  std::string whole() {
    const std::string head = answer();
    return head.starts_with("HTTP/") ? head.substr(9, 3) + " " + body_ : head;
  }
  std::string gets(std::string_view path, std::string_view fields = "") {
    return asks(path, "GET", fields).whole();
  }

  /// All that comes until the end of the connection.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(have_, "");
  }
  bool at_end() { return have_.empty() && !more(); }
  /// Has an answer come already? Does not wait for one.
  bool has_answer() const {
    char byte;
    return !have_.empty() || ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  void leaves() { fd_.close(); }
  /// Leaves, and slams the door: a RST, which also takes back what was not read yet.
  void reset_now() {
    const ::linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.close();
  }

  int fd() const { return fd_; }

 private:
  bool more() {
    char buffer[16 * 1024];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      ADD_FAILURE() << "nothing came for ten seconds";
    if (n > 0) have_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  test::Fd fd_;
  std::string have_, body_;
};

}  // namespace book::http
