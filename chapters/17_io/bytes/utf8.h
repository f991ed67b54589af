// Utf8Check: is this UTF-8? It takes the bytes in whatever pieces they come, and says so at the
// first byte that is wrong.
//
//     Utf8Check check;
//     check.feed("gr\xc3");        true: nothing is wrong so far, but ends_here() is false
//     check.feed("\xbc\xdf");      true: the first byte ends the ü, the second begins a character
//     check.feed("e");             false, now and from now on: that character was cut short
//
// Between two pieces it remembers how many bytes its character still has, and between which bounds
// the next one lies. The bounds keep out what has no meaning: a character in more bytes than it
// needs, the surrogates of UTF-16, and all beyond U+10FFFF. Chapter 17 explains it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace book {

class Utf8Check {
 public:
  /// The next bytes. False from the first wrong one on.
  bool feed(std::string_view bytes) noexcept {
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    while (good_ && p != end) {
      if (left_ == 0) p = skip_ascii(p, end);
      if (p != end) good_ = takes(static_cast<unsigned char>(*p++));
    }
    return good_;
  }

  bool is_good() const noexcept { return good_; }
  /// Good, and no character is begun: it may end here.
  bool ends_here() const noexcept { return good_ && left_ == 0; }

 private:
  static const char* skip_ascii(const char* p, const char* end) noexcept {
    for (std::uint64_t eight; end - p >= 8; p += 8) {
      std::memcpy(&eight, p, 8);
      if ((eight & 0x8080808080808080u) != 0) break;
    }
    return p;
  }

  bool takes(unsigned char byte) noexcept {
    if (left_ > 0) {
      const bool fits = byte >= low_ && byte <= high_;
      --left_;
      return expect(left_), fits;
    }
    if (byte < 0x80) return true;
    if (byte >= 0xc2 && byte <= 0xdf) return expect(1), true;
    if (byte == 0xe0) return expect(2, 0xa0), true;        // below: two bytes are enough
    if (byte == 0xed) return expect(2, 0x80, 0x9f), true;  // above: the surrogates
    if (byte >= 0xe1 && byte <= 0xef) return expect(2), true;
    if (byte == 0xf0) return expect(3, 0x90), true;        // below: three bytes are enough
    if (byte == 0xf4) return expect(3, 0x80, 0x8f), true;  // above: U+10FFFF is the last
    if (byte >= 0xf1 && byte <= 0xf3) return expect(3), true;
    return false;
  }
  void expect(unsigned char bytes, unsigned char low = 0x80, unsigned char high = 0xbf) noexcept {
    left_ = bytes;
    low_ = low;
    high_ = high;
  }

  unsigned char left_ = 0;  // bytes that the character still has
  unsigned char low_ = 0x80, high_ = 0xbf;
  bool good_ = true;
};

/// All of it at once.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  Utf8Check check;
  return check.feed(text) && check.ends_here();
}

}  // namespace book
