#include "17_io/sockets/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cstring>

namespace book {

Address Address::v4(in_addr_t host, std::uint16_t port) noexcept {
  Address address;
  address.v4_ = {};
  address.v4_.sin_family = AF_INET;
  address.v4_.sin_port = htons(port);
  address.v4_.sin_addr.s_addr = htonl(host);
  return address;
}

Address Address::loopback(std::uint16_t port) noexcept { return v4(INADDR_LOOPBACK, port); }
Address Address::any(std::uint16_t port) noexcept { return v4(INADDR_ANY, port); }

std::optional<Address> Address::parse(std::string_view host, std::uint16_t port) {
  // inet_pton reads up to a 0: "127.0.0.1" with a tail behind one is no address.
  if (host.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string digits(host);
  Address address;
  address.v4_ = {};
  if (::inet_pton(AF_INET, digits.c_str(), &address.v4_.sin_addr) == 1) {
    address.v4_.sin_family = AF_INET;
    address.v4_.sin_port = htons(port);
    return address;
  }
  address.v6_ = {};
  if (::inet_pton(AF_INET6, digits.c_str(), &address.v6_.sin6_addr) == 1) {
    address.v6_.sin6_family = AF_INET6;
    address.v6_.sin6_port = htons(port);
    return address;
  }
  return std::nullopt;
}

std::uint16_t Address::port() const noexcept {
  switch (family()) {
    case AF_INET:
      return ntohs(v4_.sin_port);
    case AF_INET6:
      return ntohs(v6_.sin6_port);
    default:
      return 0;
  }
}

std::string Address::to_string() const {
  char digits[INET6_ADDRSTRLEN] = "";
  switch (family()) {
    case AF_INET:
      ::inet_ntop(AF_INET, &v4_.sin_addr, digits, sizeof digits);
      return fmt::format("{}:{}", digits, port());
    case AF_INET6:
      ::inet_ntop(AF_INET6, &v6_.sin6_addr, digits, sizeof digits);
      if (v6_.sin6_scope_id == 0) return fmt::format("[{}]:{}", digits, port());
      return fmt::format("[{}%{}]:{}", digits, v6_.sin6_scope_id, port());
    default:
      return "nowhere";
  }
}

bool operator==(const Address& a, const Address& b) noexcept {
  if (a.family() != b.family() || a.port() != b.port()) return false;
  switch (a.family()) {
    case AF_INET:
      return a.v4_.sin_addr.s_addr == b.v4_.sin_addr.s_addr;
    case AF_INET6:
      return std::memcmp(&a.v6_.sin6_addr, &b.v6_.sin6_addr, sizeof a.v6_.sin6_addr) == 0 &&
             a.v6_.sin6_scope_id == b.v6_.sin6_scope_id;
    default:
      return true;
  }
}

socklen_t Address::size() const noexcept { return family() == AF_INET6 ? sizeof v6_ : sizeof v4_; }

}  // namespace book
