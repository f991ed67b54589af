// The name of a host in an address, checked and written in one way. A part of url.h.
#pragma once

#include <string>
#include <string_view>

namespace book::crawl::detail {

/// 0 to 15, or -1.
constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Leaves the name in `host`, and nothing in what it returns; or returns what is wrong with it.
[[nodiscard]] std::string read_host(std::string_view text, std::string& host);

}  // namespace book::crawl::detail
