#include "18_chat_server/clean.h"

#include <algorithm>
#include <cstddef>

#include "17_io/bytes/utf8.h"

namespace book::chat {
namespace {

/// Bytes of the character in front of `text`, which is not empty; 0: that is none.
std::size_t character(std::string_view text) {
  Utf8Check check;
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (!check.feed(text.substr(size - 1, 1))) return 0;
    if (check.ends_here()) return size;
  }
  return 0;
}

/// 0 to 31, 127, and U+0080 to U+009F, which a terminal takes for ESC and a letter.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string good;
  good.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character(text);
    const bool keep = size > 0 && !is_control(text.substr(0, size));
    good += keep ? text.substr(0, size) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return good;
}

}  // namespace book::chat
