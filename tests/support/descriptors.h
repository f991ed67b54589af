// Real descriptors for tests: owned, non-blocking, on loopback.
#pragma once

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace book::test {

inline int check(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::system_category(), call);
  return result;
}

/// The errno of the std::system_error that `call` throws; 0 when it throws none.
inline int error_of(auto&& call) {
  try {
    (void)call();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  operator int() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Pipe() {
    int ends[2];
    check(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
    reader = Fd(ends[0]);
    writer = Fd(ends[1]);
  }
  Fd reader, writer;
};

/// Two connected stream sockets: of the local kind, or TCP over loopback.
struct SocketPair {
  static SocketPair local() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), "socketpair");
    return {Fd(ends[0]), Fd(ends[1])};
  }
  static SocketPair tcp() {
    Fd listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    check(::bind(listener, raw, size), "bind");
    check(::listen(listener, 1), "listen");
    check(::getsockname(listener, raw, &size), "getsockname");
    Fd client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::connect(client, raw, size), "connect");
    Fd server(
        check(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), "accept4"));
    check(::fcntl(client, F_SETFL, O_NONBLOCK), "fcntl");
    return {std::move(server), std::move(client)};
  }
  Fd near, far;
};

/// How many descriptors this process has open: for before and after.
inline int open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (!folder) throw std::system_error(errno, std::system_category(), "opendir /proc/self/fd");
  int count = -3;  // ".", "..", and the folder's own
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

inline Fd event_fd() { return Fd(check(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")); }

inline void write_all(int fd, std::string_view text) {
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::system_category(), "write");
  }
}

}  // namespace book::test
