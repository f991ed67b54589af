#include "17_io/sockets/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "17_io/sockets/socket_calls.h"
#include "common/descriptor.h"

namespace book {
namespace {

/// Is this the file of a socket that no server listens at any more?
bool is_stale(const UnixAddress& address) {
  struct stat file {};
  if (::lstat(address.file().c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const Descriptor probe = detail::make_socket(AF_UNIX, SOCK_STREAM);
  return ::connect(probe.get(), address.data(), address.size()) != 0 && errno == ECONNREFUSED;
}

/// Held while a server looks who is at a path, removes what is stale, binds and listens. Of two
/// that start together, the second would otherwise take the first one's file for a stale one,
/// because the first does not listen at it yet. The lock is on the folder: it needs no file of its
/// own, and ends with the process at the latest.
class FolderLock {
 public:
  /// A name that has no file needs none. Where there is none to be had, we go on without.
  explicit FolderLock(const std::string& file) {
    if (file.empty()) return;
    const std::size_t slash = file.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
    folder_ = Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Another server holds it for a moment; another program perhaps for good (systemd's way to keep
    // a folder from being cleaned away). The loop's thread waits for the first, and not for the
    // second. (At the start of a server, once, for 20 ms at most, and only beside such a program. A
    // bind() that gives a future, for no other reason, would cost each of its users a co_await.)
    for (int tries = 0; folder_ && ::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
      if (errno != EWOULDBLOCK && errno != EINTR) return;
      if (tries == kTries) {
        taken_ = true;
        return;
      }
      // blocks: a listener that begins, for a few milliseconds in all
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// Another process holds it: whether a file there is stale cannot be told now.
  bool is_taken() const noexcept { return taken_; }

 private:
  static constexpr int kTries = 20;

  Descriptor folder_;
  bool taken_ = false;
};

}  // namespace

UnixAddress UnixAddress::path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos)
    throw std::invalid_argument("the path of a local socket is empty, or has a 0 in it");
  UnixAddress address;
  constexpr std::size_t kMost = sizeof address.raw_.sun_path - 1;
  if (path.size() > kMost) {
    throw_errno(ENAMETOOLONG, "the path of a local socket has at most " + std::to_string(kMost) +
                                  " bytes, and this one " + std::to_string(path.size()) + ": " +
                                  std::string(path));
  }
  std::memcpy(address.raw_.sun_path, path.data(), path.size());
  address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

UnixAddress UnixAddress::abstract(std::string_view name) {
  UnixAddress address;
  constexpr std::size_t kMost = sizeof address.raw_.sun_path - 1;
  if (name.size() > kMost) {
    throw_errno(ENAMETOOLONG, "the name of a local socket has at most " + std::to_string(kMost) +
                                  " bytes, and this one " + std::to_string(name.size()));
  }
  std::memcpy(address.raw_.sun_path + 1, name.data(), name.size());  // after a 0
  address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return address;
}

std::string_view UnixAddress::name() const noexcept {
  return {raw_.sun_path, size_ - offsetof(sockaddr_un, sun_path)};
}

std::string UnixAddress::file() const {
  const std::string_view all = name();
  if (all.empty() || all[0] == '\0') return {};
  return std::string(all.substr(0, all.find('\0')));
}

std::string UnixAddress::to_string() const {
  const std::string_view all = name();
  if (all.empty()) return "nowhere";
  return all[0] == '\0' ? "@" + std::string(all.substr(1)) : file();
}

Poll<UnixStream> UnixStream::Connect::poll(Context& cx) {
  pin_.enter();
  if (pause_) {
    if (pause_->poll(cx).is_pending()) return pin_.pending();
    pause_.reset();
  }
  Descriptor socket = detail::make_socket(AF_UNIX, SOCK_STREAM);
  while (::connect(socket.get(), address_.data(), address_.size()) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) throw_errno(errno, "connect " + address_.to_string());
    pause_.emplace(sleep(kPause));
    if (pause_->poll(cx).is_pending()) return pin_.pending();
  }
  return Poll<UnixStream>::ready(UnixStream(socket.release()));
}

std::pair<UnixStream, UnixStream> UnixStream::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    throw_errno("socketpair");
  return {UnixStream(ends[0]), UnixStream(ends[1])};
}

UnixListener UnixListener::bind(const UnixAddress& address, const UnixListenOptions& options) {
  Descriptor socket = detail::make_socket(AF_UNIX, SOCK_STREAM);
  const FolderLock one_at_a_time(address.file());
  const auto try_bind = [&] {
    return ::bind(socket.get(), address.data(), address.size()) == 0 ? 0 : errno;
  };
  int error = try_bind();
  if (error == EADDRINUSE && options.replace_stale && !one_at_a_time.is_taken() &&
      is_stale(address)) {
    ::unlink(address.file().c_str());
    error = try_bind();
  }
  if (error != 0) throw_errno(error, "bind " + address.to_string());
  detail::SocketFile file(address.file());
  if (::listen(socket.get(), options.backlog) != 0)
    throw_errno(errno, "listen " + address.to_string());
  UnixAddress bound;  // to nowhere: the system has found a name
  socklen_t size = UnixAddress::capacity();
  if (::getsockname(socket.get(), bound.data(), &size) != 0) throw_errno("getsockname");
  bound.set_size(size);
  return {socket.release(), bound, std::move(file)};
}

detail::SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat file {};
  if (path_.empty() || ::lstat(path_.c_str(), &file) != 0) {
    path_.clear();
    return;
  }
  device_ = file.st_dev;
  inode_ = file.st_ino;
}

detail::SocketFile::~SocketFile() {
  struct stat file {};
  if (path_.empty() || ::lstat(path_.c_str(), &file) != 0) return;
  if (file.st_dev == device_ && file.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace book
