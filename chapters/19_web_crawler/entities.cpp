// The entities that stand in addresses: a part of links.h.
#include <cstdint>
#include <utility>

#include "17_io/http/scan.h"
#include "19_web_crawler/links.h"

namespace book::crawl {
namespace {

using namespace std::string_view_literals;

constexpr std::pair<std::string_view, char> kNames[] = {
    {"amp", '&'},    {"lt", '<'},    {"gt", '>'},      {"quot", '"'},   {"apos", '\''},
    {"num", '#'},    {"sol", '/'},   {"colon", ':'},   {"quest", '?'},  {"equals", '='},
    {"period", '.'}, {"comma", ','}, {"lowbar", '_'},  {"percnt", '%'}, {"plus", '+'},
    {"semi", ';'},   {"Tab", '\t'},  {"NewLine", '\n'}};

bool is_word(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

void append_utf8(std::string& out, std::uint32_t point) {
  if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6), tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12), tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | point >> 18), tail(12), tail(6), tail(0);
  }
}

/// `text` begins with "&#". How many bytes it took; 0: it is no number.
std::size_t read_number(std::string_view text, std::string& out) {
  const bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
  const std::size_t first = hex ? 3 : 2;
  std::size_t i = first;
  std::uint32_t point = 0;
  for (; i < text.size(); ++i) {
    const int digit = http::scan::hex_digit(text[i]);
    if (digit < 0 || (!hex && digit > 9)) break;
    if (point <= 0x10ffff) point = point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  if (i == first) return 0;
  append_utf8(out, point);
  return i + (i < text.size() && text[i] == ';' ? 1 : 0);
}

/// `text` begins with '&'. Without a semicolon, "?a=1&copy=2" is no sign of copyright: only the
/// old names go without, and only where nothing follows that could belong to a word.
std::size_t read_name(std::string_view text, std::string& out) {
  std::size_t end = 1;
  while (end < text.size() && end < 9 && is_word(text[end])) ++end;
  const std::string_view name = text.substr(1, end - 1);
  const bool closed = end < text.size() && text[end] == ';';
  const bool old = name == "amp"sv || name == "lt"sv || name == "gt"sv || name == "quot"sv;
  if (!closed && (!old || (end < text.size() && text[end] == '='))) return 0;
  for (const auto& [known, c] : kNames) {
    if (known != name) continue;
    out += c;
    return end + (closed ? 1 : 0);
  }
  return 0;
}

}  // namespace

std::string without_entities(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t used = 0;
    if (text[i] == '&') {
      const std::string_view rest = text.substr(i);
      used = rest.starts_with("&#"sv) ? read_number(rest, out) : read_name(rest, out);
    }
    if (used == 0) out += text[i];
    i += used == 0 ? 1 : used;
  }
  return out;
}

}  // namespace book::crawl
