#include "19_web_crawler/url.h"

#include <fmt/format.h>

#include <vector>

#include "17_io/http/scan.h"
#include "19_web_crawler/host.h"

namespace book::crawl {
namespace {

using namespace std::string_view_literals;
using http::scan::hex_digit;

bool is_slash(char c) { return c == '/' || c == '\\'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

UrlResult refuse(std::string why) { return {UrlResult::Kind::refused, {}, std::move(why)}; }

/// Without blanks and control characters at the ends, and without tabs and line ends in between:
/// an address may have been wrapped.
std::string cleaned(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  std::string clean;
  for (const char c : text)
    if (c != '\t' && c != '\n' && c != '\r') clean += c;
  return clean;
}

/// What may not stand in a part is written as %XX. A '%' stays, whatever follows it.
std::string encoded(std::string_view text, std::string_view not_allowed) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7f || not_allowed.find(c) != not_allowed.npos)
      out += fmt::format("%{:02X}", byte);
    else
      out += c;
  }
  return out;
}

/// "." and ".."; %2e is a dot, too.
int dots(std::string_view segment) {
  int count = 0;
  while (!segment.empty()) {
    const bool escaped =
        segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e';
    if (!escaped && segment.front() != '.') return 0;
    segment.remove_prefix(escaped ? 3 : 1);
    ++count;
  }
  return count <= 2 ? count : 0;
}

/// `path` begins with a slash. ".." takes the segment before it away, and at the top nothing.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t begin = 1;
  for (std::size_t i = 1; i <= path.size(); ++i) {
    const bool last = i == path.size();
    if (!last && !is_slash(path[i])) continue;
    const std::string_view segment = path.substr(begin, i - begin);
    begin = i + 1;
    const int up = dots(segment);
    if (up == 2 && !kept.empty()) kept.pop_back();
    if (up == 0)
      kept.push_back(segment);
    else if (last)
      kept.push_back("");  // "a/." is the folder: the slash stays
  }
  std::string out;
  for (const std::string_view segment : kept) out += '/' + encoded(segment, "\"#<>?^`{}"sv);
  return out.empty() ? "/" : out;
}

/// A host, and a port if there is one. Returns what is wrong.
std::string read_authority(std::string_view text, Url& url) {
  if (text.find('@') != text.npos) return "an address with a name or a password in it";
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == text.npos ? 0 : bracket);
  unsigned port = 0;
  const std::string_view digits = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
  for (const char c : digits) {
    if (!is_digit(c)) return "a port that is no number";
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return "a port over 65535";
  }
  url.port = digits.empty() ? std::uint16_t{80} : static_cast<std::uint16_t>(port);
  return detail::read_host(text.substr(0, colon), url.host);
}

/// What follows the scheme, or all of a relative reference. `base`: null when there is none.
UrlResult read_rest(const Url* base, std::string_view rest) {
  UrlResult result{UrlResult::Kind::url, {}, ""};
  Url& url = result.url;
  if (const std::size_t hash = rest.find('#'); hash != rest.npos) {
    url.fragment = encoded(rest.substr(hash + 1), "\"<>`"sv);
    rest = rest.substr(0, hash);
  }
  const std::size_t mark = rest.find('?');
  if (mark != rest.npos) url.query = encoded(rest.substr(mark + 1), "\"#'<>"sv);
  std::string_view path = rest.substr(0, mark);

  if (base == nullptr || (path.size() >= 2 && is_slash(path[0]) && is_slash(path[1]))) {
    while (!path.empty() && is_slash(path.front())) path.remove_prefix(1);
    std::size_t end = 0;
    while (end < path.size() && !is_slash(path[end])) ++end;
    if (std::string why = read_authority(path.substr(0, end), url); !why.empty())
      return refuse(std::move(why));
    path.remove_prefix(end);
    url.path = path.empty() ? "/" : without_dots(path);
  } else {
    url.host = base->host;
    url.port = base->port;
    if (path.empty()) {
      url.path = base->path;
      if (mark == rest.npos) url.query = base->query;
    } else if (is_slash(path.front())) {
      url.path = without_dots(path);
    } else {
      const std::string folder = base->path.substr(0, base->path.rfind('/') + 1);
      url.path = without_dots(folder + std::string(path));
    }
  }
  if (url.to_string().size() > kMostUrl) return refuse("an address of more than 2000 bytes");
  return result;
}

UrlResult read_url(const Url* base, std::string_view text) {
  const std::string clean = cleaned(text);
  std::size_t end = 0;
  while (end < clean.size() && (is_letter(clean[end]) ||
                                (end > 0 && (is_digit(clean[end]) ||
                                             "+-."sv.find(clean[end]) != std::string_view::npos))))
    ++end;
  const bool has_scheme = end > 0 && end < clean.size() && clean[end] == ':';
  if (!has_scheme)
    return base ? read_rest(base, clean) : refuse("not an address: it does not begin with http://");
  std::string scheme = http::scan::lower(std::string_view(clean).substr(0, end));
  if (scheme != "http") return {UrlResult::Kind::other, {}, std::move(scheme)};
  return read_rest(base, std::string_view(clean).substr(end + 1));
}

/// %41 is A: those that say nothing else, decoded; the others in upper case.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    const char c = static_cast<char>(high * 16 + low);
    if (is_letter(c) || is_digit(c) || "-._~"sv.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    i += 2;
  }
  return out;
}

}  // namespace

std::string Url::authority() const { return port == 80 ? host : fmt::format("{}:{}", host, port); }
std::string Url::target() const { return query ? path + '?' + *query : path; }
std::string Url::to_string() const {
  return "http://" + authority() + target() + (fragment ? '#' + *fragment : "");
}
std::string Url::key() const { return "http://" + authority() + plain(target()); }

UrlResult parse_url(std::string_view text) { return read_url(nullptr, text); }
UrlResult resolve_url(const Url& base, std::string_view reference) {
  return read_url(&base, reference);
}

}  // namespace book::crawl
