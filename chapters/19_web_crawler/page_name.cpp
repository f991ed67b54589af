#include "19_web_crawler/page_name.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace book::crawl {
namespace {

/// FNV-1a: short, and the same on every machine. Not against those who would make two alike on
/// purpose: they overwrite their own pages.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// Harmless characters as they are, all others as %xx; and no dot at the beginning.
std::string harmless(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                       std::string_view("-_@%").find(c) != std::string_view::npos ||
                       (c == '.' && !name.empty());
    if (plain)
      name += c;
    else
      name += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return name;
}

/// One part of a path as one part of a name; `end` is what it gets behind it, however long it is.
/// Upper case is kept: where the file system knows no case, /A and /a are one file, and the later
/// page wins.
std::string part(std::string_view segment, std::string_view end) {
  std::string name = harmless(segment);
  if (name.size() + end.size() > kMostName)
    name = fmt::format("{}-{:016x}", name.substr(0, kMostName - end.size() - 17), hash_of(segment));
  return name + std::string(end);
}

/// Takes ".png" from "logo.png". Of a name without a dot, or with a long end, it is ".data".
std::string take_end(std::string_view& name) {
  constexpr std::size_t kMostEnd = 16;
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return ".data";
  std::string end = '.' + harmless(name.substr(dot + 1));
  if (end.size() > kMostEnd) return ".data";
  name = name.substr(0, dot);
  return end;
}

/// A file has a dot in its name, and a folder has none, or ends in '%': so a file and a folder
/// never want the same name.
std::string folder_part(std::string_view segment) {
  return part(segment, segment.empty() || segment.find('.') != segment.npos ? "%" : "");
}

}  // namespace

std::string page_name(const Url& url, bool html) {
  const std::string host = url.authority();
  std::string name = part(host, host == kPageList ? "%" : "");
  std::string_view path = std::string_view(url.path).substr(1);
  for (std::size_t slash; (slash = path.find('/')) != path.npos; path.remove_prefix(slash + 1))
    name += '/' + folder_part(path.substr(0, slash));
  std::string last(path.empty() ? "index" : path);
  if (html && last.ends_with(".html")) last.resize(last.size() - 5);
  if (url.query) last += '@' + *url.query;
  std::string_view rest = last;
  const std::string end = html ? ".html" : take_end(rest);
  return name + '/' + part(rest, end);
}

}  // namespace book::crawl
