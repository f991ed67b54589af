#include "19_web_crawler/host.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "17_io/http/scan.h"

namespace book::crawl::detail {
namespace {

using namespace std::string_view_literals;
using http::scan::hex_digit;

/// Bytes that no name may have: they mean something else in an address, or in a request.
constexpr std::string_view kForbidden = " #%/:<>?@[\\]^|"sv;

/// The longest run of two zeros or more goes, the first if there are several; the rest is written
/// in hexadecimal. (inet_ntop writes some of them with dots.)
std::string written_v6(const in6_addr& address) {
  std::array<unsigned, 8> words{};
  for (std::size_t i = 0; i < 8; ++i)
    words[i] = static_cast<unsigned>(address.s6_addr[2 * i] << 8 | address.s6_addr[2 * i + 1]);
  std::size_t best = 8, length = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && words[end] == 0) ++end;
    if (end - i > length) best = i, length = end - i;
    i = end + 1;
  }
  std::string text = "[";
  for (std::size_t i = 0; i < 8;) {
    if (i == best) {
      text += i == 0 ? "::" : ":";
      i += length;
      continue;
    }
    text += fmt::format("{:x}{}", words[i], i == 7 ? "" : ":");
    ++i;
  }
  return text + ']';
}

std::string read_v6(std::string_view text, std::string& host) {
  in6_addr address{};
  const std::string inside(text.substr(1, text.size() - 2));
  if (text.back() != ']' || ::inet_pton(AF_INET6, inside.c_str(), &address) != 1)
    return "not an IPv6 address";
  host = written_v6(address);
  return "";
}

/// A name that ends in a number is taken for an IPv4 address by every resolver, in ways of its own:
/// 192.168.257, 0xc0.1. Only four decimal numbers are the same for all of them.
bool ends_in_a_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return true;
  return last.starts_with("0x"sv) &&
         std::all_of(last.begin() + 2, last.end(), [](char c) { return hex_digit(c) >= 0; });
}

}  // namespace

std::string read_host(std::string_view text, std::string& host) {
  if (text.empty()) return "no host";
  if (text.front() == '[') return read_v6(text, host);
  host.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0) return "a host with a lone '%'";
      c = static_cast<unsigned char>(high * 16 + low);
      i += 2;
    }
    if (c >= 0x80) return "the name of a host that is not ASCII";
    if (c <= 0x20 || c == 0x7f || kForbidden.find(static_cast<char>(c)) != kForbidden.npos)
      return "a host with a character that no host has";
    host += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  if (host.size() > 253) return "the name of a host that is too long";
  if (!ends_in_a_number(host)) return "";
  in_addr address{};  // inet_pton: four decimal numbers, and nothing else
  if (::inet_pton(AF_INET, host.c_str(), &address) != 1) return "a number for a host";
  return "";
}

}  // namespace book::crawl::detail
