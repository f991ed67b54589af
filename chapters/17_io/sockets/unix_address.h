// UnixAddress: where a local socket is to be found: a file, or a name that only the system keeps.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace book {

class UnixAddress {
 public:
  /// Nowhere: to be filled in by the system. A client that did not bind is there, and a listener
  /// that binds there gets an abstract name that is free.
  UnixAddress() noexcept { raw_.sun_family = AF_UNIX; }

  /// A file that bind makes. Its permissions say who may connect. Throws std::system_error
  /// (ENAMETOOLONG) when it has more than 107 bytes: change the working folder, or use a shorter
  /// one; std::invalid_argument when it is empty or has a 0 in it.
  static UnixAddress path(std::string_view path);
  /// A name that is in no folder and vanishes with its last socket. Anybody on this machine may
  /// connect. At most 107 bytes, any bytes.
  static UnixAddress abstract(std::string_view name);

  /// The path; empty when it has none.
  std::string file() const;
  /// "/run/app.sock", "@name", "nowhere".
  std::string to_string() const;

  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&raw_); }
  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&raw_); }
  socklen_t size() const noexcept { return size_; }
  static constexpr socklen_t capacity() noexcept { return sizeof(sockaddr_un); }
  /// What the system said, after it has written one.
  void set_size(socklen_t size) noexcept { size_ = size < capacity() ? size : capacity(); }

 private:
  std::string_view name() const noexcept;

  sockaddr_un raw_{};
  socklen_t size_ = offsetof(sockaddr_un, sun_path);
};

}  // namespace book
