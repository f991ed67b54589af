// Address: where a server listens, or where a connection comes from. An IP address and a port.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace book {

class Address {
 public:
  /// Nowhere: to be filled in by the system.
  Address() noexcept = default;

  /// 127.0.0.1. Port 0, for a listener: any free one.
  static Address loopback(std::uint16_t port) noexcept;
  /// 0.0.0.0, for a listener: at every interface of this machine, so that others reach it, too.
  static Address any(std::uint16_t port) noexcept;
  /// From digits, "192.0.2.7" or "2001:db8::7". Names are not looked up: that would block.
  static std::optional<Address> parse(std::string_view host, std::uint16_t port);

  std::uint16_t port() const noexcept;
  /// "127.0.0.1:7878", "[::1]:7878", "[fe80::1%2]:7878" where it is an interface's, its number.
  std::string to_string() const;

  int family() const noexcept { return any_.ss_family; }
  /// For system calls that read an address.
  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&any_); }
  socklen_t size() const noexcept;
  /// For system calls that write one: at most capacity() bytes.
  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&any_); }
  static constexpr socklen_t capacity() noexcept { return sizeof(sockaddr_in6); }

  /// The same place: family, digits, port, and for IPv6 the interface, which digits such as fe80::1
  /// mean nothing without.
  friend bool operator==(const Address& a, const Address& b) noexcept;

 private:
  static Address v4(in_addr_t host, std::uint16_t port) noexcept;

  // As large as an IPv6 address, not as sockaddr_storage: accepting a connection copies one.
  struct Family {
    sa_family_t ss_family;
  };
  union {
    Family any_{AF_UNSPEC};
    sockaddr_in v4_;
    sockaddr_in6 v6_;
  };
};

}  // namespace book
