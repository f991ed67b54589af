#include "17_io/ends/standard_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "17_io/sockets/socket_calls.h"

namespace book {

InheritedInput::InheritedInput(int fd) : InheritedInput(open(fd)) {}

InheritedInput::Opened InheritedInput::open(int fd) {
  struct stat file {};
  if (::fstat(fd, &file) != 0) throw_errno("fstat");
  const auto copy = [fd](Way way) -> Opened {
    const int made = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (made < 0) throw_errno("fcntl");
    return {made, way};
  };
  // A file is not opened again: its place in the file would be another one, too.
  if (S_ISREG(file.st_mode) || S_ISDIR(file.st_mode) || S_ISBLK(file.st_mode))
    return copy(Way::file);
  if (S_ISSOCK(file.st_mode)) return copy(Way::socket);
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const int made = ::open(link.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (made < 0) return copy(Way::asks_first);
  return {made, Way::reopened};
}

Poll<std::size_t> InheritedInput::poll_read(Context& cx, std::span<char> buffer) {
  return input_.poll_call(Direction::read, cx, buffer.size(), "read", [&]() -> ssize_t {
    const int fd = input_.fd();
    if (way_ == Way::socket) return ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (way_ == Way::asks_first) {
      pollfd question{fd, POLLIN, 0};
      const int answer = ::poll(&question, 1, 0);
      if (answer < 0) return -1;
      if (answer == 0) {
        errno = EAGAIN;
        return -1;
      }
    }
    return ::read(fd, buffer.data(), buffer.size());
  });
}

}  // namespace book
