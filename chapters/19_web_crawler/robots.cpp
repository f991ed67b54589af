#include "19_web_crawler/robots.h"

#include <algorithm>
#include <utility>

#include "17_io/http/scan.h"

namespace book::crawl {
namespace {

using namespace std::string_view_literals;
using http::scan::hex_digit;
using http::scan::lower;

/// The next line, however it ends, without its comment.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return http::scan::trim(line.substr(0, line.find('#')));
}

/// "Async-Book/2.0 (+http://...)" is async-book.
std::string product(std::string_view value) {
  const std::size_t end =
      value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_*"sv);
  return lower(value.substr(0, end));
}

/// In one way for both sides: %XX in upper case, and what is not ASCII as %XX.
std::string in_one_way(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += {'%', kDigits[hex_digit(text[i + 1])], kDigits[hex_digit(text[i + 2])]};
      i += 2;
    } else if (byte >= 0x80) {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

/// Piece by piece, each at the first place behind the last one where it fits: that is enough, for
/// nothing is gained by a later one. So the cost is at most pattern times target.
bool robots_match(std::string_view pattern, std::string_view target) {
  const bool to_the_end = pattern.ends_with('$');
  if (to_the_end) pattern.remove_suffix(1);
  std::size_t at = 0;
  for (bool first = true;; first = false) {
    const std::size_t star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    const bool last = star == pattern.npos;
    if (first) {
      if (!target.starts_with(piece)) return false;
      at = piece.size();
    } else if (last && to_the_end) {
      return target.size() >= at + piece.size() && target.ends_with(piece);
    } else {
      const std::size_t found = target.find(piece, at);
      if (found == target.npos) return false;
      at = found + piece.size();
    }
    if (last) return !to_the_end || at == target.size();
    pattern.remove_prefix(star + 1);
  }
}

Robots Robots::nothing_allowed() {
  Robots robots;
  robots.rules_.push_back({"/", false});
  return robots;
}

Robots Robots::parse(std::string_view text, std::string_view agent) {
  if (text.size() > kMostBytes) text = text.substr(0, text.find_last_of("\r\n"sv, kMostBytes) + 1);
  if (text.starts_with("\xef\xbb\xbf"sv)) text.remove_prefix(3);
  Robots ours, everybodys;
  bool named = false, group_is_ours = false, group_is_everybodys = false, in_rules = true;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string key = lower(http::scan::trim(line.substr(0, colon)));
    const std::string_view value = http::scan::trim(line.substr(colon + 1));
    if (key == "user-agent") {
      if (std::exchange(in_rules, false)) group_is_ours = group_is_everybodys = false;
      const std::string whom = product(value);
      group_is_ours = group_is_ours || whom == agent;
      group_is_everybodys = group_is_everybodys || whom == "*";
      named = named || group_is_ours;
    } else if (key == "allow" || key == "disallow") {
      in_rules = true;
      if (value.empty() || value.size() > kMostPattern) continue;
      for (auto& [robots, applies] :
           {std::pair(&ours, group_is_ours), std::pair(&everybodys, group_is_everybodys)})
        if (applies && robots->rules_.size() < kMostRules)
          robots->rules_.push_back({in_one_way(value), key == "allow"});
    }
  }
  return named ? ours : everybodys;
}

bool Robots::allows(std::string_view target) const {
  if (target == "/robots.txt"sv) return true;
  const std::string path = in_one_way(target);
  std::size_t longest = 0;
  bool allowed = true;
  for (const Rule& rule : rules_) {
    const std::size_t length = rule.pattern.size();
    if (length < longest || (length == longest && !rule.allow) || length == 0) continue;
    if (!robots_match(rule.pattern, path)) continue;
    longest = length;
    allowed = rule.allow;
  }
  return allowed;
}

}  // namespace book::crawl
