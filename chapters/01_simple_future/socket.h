// Socket: one end of a connection, with the three things that a future needs from it.
//
//     try_read()                     is something there? take it, and never wait
//     set_readable_callback(wake)    nothing there? then call this once there is
//     clear_readable_callback(wake)  never mind
//
// Chapter 04 opens the reactor that does the watching; chapter 17 has the sockets of later
// chapters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/reactor/io_source.h"

namespace book::simple {

/// Owns its descriptor, which never blocks. A future that reads from a Socket borrows it.
class Socket {
 public:
  /// The two ends of one connection: what is written to one can be read from the other.
  /// Throws std::system_error when the system gives no more descriptors.
  static std::pair<Socket, Socket> pair();

  /// What has arrived, at most 4 KiB of it; std::nullopt when nothing has; an empty string when the
  /// other end is closed and everything was read. Throws std::system_error.
  std::optional<std::string> try_read();

  /// Calls `wake` once, when there is something to read: from the current reactor, on the thread
  /// that drives it. There is room for one: a socket has one reader at a time. Throws
  /// std::logic_error when another wake is waiting already.
  void set_readable_callback(Wake wake);

  /// Forgets the callback, if it is this one.
  void clear_readable_callback(Wake wake) noexcept;

  /// Sends all of `text`. Throws std::system_error, also when the socket's buffer is full.
  void write(std::string_view text);

 private:
  explicit Socket(int fd) noexcept : fd_(fd), source_(fd, IoSource::Kind::stream) {}

  /// Closes the descriptor; declared first, so that the source is gone by then.
  class Descriptor {
   public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    int get() const noexcept { return fd_; }

   private:
    int fd_;
  };

  Descriptor fd_;
  IoSource source_;
};

}  // namespace book::simple
