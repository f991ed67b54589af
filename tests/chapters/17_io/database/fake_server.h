// The other end of a connection to PostgreSQL, played by the test: it says what the test writes,
// byte by byte if it likes, and nothing by itself. On one thread with the client: what libpq has
// sent lies in the socket, and what is answered does.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "support/descriptors.h"

namespace book::test {

/// Four bytes, the most significant first.
inline std::string four(std::uint32_t number) {
  number = htonl(number);
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &number, 4);
  return bytes;
}
inline std::string two(std::uint16_t number) { return four(number).substr(2); }
/// One message of the protocol: a letter, its length, and what it says.
inline std::string message(char letter, std::string_view body = {}) {
  return letter + four(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}

inline const std::string kReady = message('Z', "I");
/// The process has the number 7, and 42 is the word with which it may be cancelled.
inline const std::string kWelcome =
    message('R', four(0)) + message('K', four(7) + four(42)) + kReady;
inline const std::string kCancel = four(16) + four(80'877'102) + four(7) + four(42);
/// What comes in front of the rows of a query with one column of text.
inline const std::string kBegin =
    message('1') + message('2') +
    message('T', two(1) + std::string("word\0", 5) + four(0) + two(0) + four(25) + two(0xffff) +
                     four(0xffffffff) + two(0));
inline const std::string kEnd = message('C', std::string_view("SELECT\0", 7)) + kReady;

inline std::string row_of(std::string_view text) {
  return message('D', two(1) + four(static_cast<std::uint32_t>(text.size())) + std::string(text));
}

/// A connection that the server has taken.
class Visitor {
 public:
  Visitor() = default;
  explicit Visitor(Fd socket) : socket_(std::move(socket)) {}

  /// What has come and was not heard before.
  std::string hear() {
    std::string heard;
    std::array<char, 4096> piece{};
    for (;;) {
      const ssize_t count = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
      if (count <= 0) return heard;
      heard.append(piece.data(), static_cast<std::size_t>(count));
    }
  }
  /// So many bytes, however long they take.
  std::string wait_for(std::size_t count) {
    std::string heard(count, '\0');
    heard.resize(static_cast<std::size_t>(
        check(static_cast<int>(::recv(socket_, heard.data(), count, MSG_WAITALL)), "recv")));
    return heard;
  }
  /// Harmless when the other end is gone.
  void say(std::string_view words) {
    (void)!::send(socket_, words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  /// The answer to the name of a user: come in.
  void welcome() {
    hear();
    say(kWelcome);
  }
  void hang_up() { socket_.close(); }

 private:
  Fd socket_;
};

class FakeServer {
 public:
  FakeServer() {
    std::string pattern = "/tmp/async_book_XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::system_category());
    folder_ = pattern;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = Fd(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    check(::listen(listener_, 8), "listen");
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer() {
    ::unlink(path().c_str());
    ::rmdir(folder_.c_str());
  }

  std::string options() const { return "user=reader dbname=shop host=" + folder_; }

  /// The next who comes: a client, or on a thread of the pool a request to cancel.
  Visitor accept() const {
    return Visitor(Fd(check(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), "accept")));
  }
  bool somebody_is_there() const {
    pollfd door{listener_, POLLIN, 0};
    return ::poll(&door, 1, 0) == 1;
  }
  void shut_the_door() { listener_.close(); }

 private:
  std::string path() const { return folder_ + "/.s.PGSQL.5432"; }

  std::string folder_;
  Fd listener_;
};

}  // namespace book::test
