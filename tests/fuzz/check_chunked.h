// What must hold of the decoder of the chunked coding, whatever the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "17_io/http/chunked.h"
#include "fuzz/cuts.h"

namespace book::fuzz {

struct Decoded {
  http::ChunkedDecoder::State state = http::ChunkedDecoder::State::reading;
  std::size_t used = 0;  ///< bytes of the coding
  std::string body;
  bool operator==(const Decoded&) const = default;
};

/// Pieces of 1 to `most_a_piece` bytes; all at once if that is 0.
inline Decoded decode(std::string_view bytes, std::uint64_t most, std::size_t most_a_piece,
                      unsigned salt = 0) {
  using State = http::ChunkedDecoder::State;
  http::ChunkedDecoder decoder(most);
  Decoded result;
  Cuts cuts(bytes, most_a_piece > 0 ? most_a_piece : 1, salt);
  while (!bytes.empty() && decoder.state() == State::reading) {
    const Piece piece(most_a_piece > 0 ? bytes.substr(0, cuts.next()) : bytes);
    bytes.remove_prefix(piece.bytes().size());
    for (std::string_view rest = piece.bytes(); !rest.empty();) {
      const http::ChunkedDecoder::Piece read = decoder.read(rest);
      result.used += read.size;
      result.body += read.data;
      rest.remove_prefix(read.size);
      if (decoder.state() != State::reading) break;
    }
  }
  result.state = decoder.state();
  return result;
}

/// A whole body, decoded in another way: from line to line, with all of it at hand. Nothing if it
/// is not whole, or not good.
inline std::optional<Decoded> decode_by_lines(std::string_view bytes) {
  using Decoder = http::ChunkedDecoder;
  Decoded result;
  auto text = [](std::string_view s) {
    for (const char c : s)
      if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f') return false;
    return true;
  };
  auto is_token = [](std::string_view s) {
    return !s.empty() && s.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789!#$%&'*+-.^_`|~") == std::string_view::npos;
  };
  auto line = [&]() -> std::optional<std::string_view> {
    const std::size_t end = bytes.find("\r\n", result.used);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = bytes.substr(result.used, end - result.used);
    result.used = end + 2;
    return found;
  };
  auto extensions_are_good = [&](std::string_view rest) {
    if (rest.size() > Decoder::kMostExtension) return false;
    while (!rest.empty()) {
      rest.remove_prefix(1);  // the semicolon
      const std::size_t end = std::min(rest.find_first_of(";="), rest.size());
      if (!is_token(rest.substr(0, end))) return false;
      rest.remove_prefix(end);
      if (rest.empty() || rest[0] == ';') continue;
      rest.remove_prefix(1);  // the sign of equality
      std::size_t length = std::min(rest.find(';'), rest.size());
      if (!rest.empty() && rest[0] == '"') {
        for (length = 1; length < rest.size() && rest[length] != '"'; ++length)
          if (rest[length] == '\\') ++length;
        if (length >= rest.size() || !text(rest.substr(0, length))) return false;
        ++length;
        if (length < rest.size() && rest[length] != ';') return false;
      } else if (!is_token(rest.substr(0, length))) {
        return false;
      }
      rest.remove_prefix(length);
    }
    return true;
  };

  for (;;) {
    const auto first = line();
    if (!first) return std::nullopt;
    const std::string digits(first->substr(0, first->find(';')));
    if (digits.empty() || digits.size() > 16 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return std::nullopt;
    if (!extensions_are_good(first->substr(digits.size()))) return std::nullopt;
    const std::uint64_t size = std::stoull(digits, nullptr, 16);
    if (size == 0) break;
    if (bytes.size() - result.used < size + 2 || size + 2 < size) return std::nullopt;
    result.body += bytes.substr(result.used, size);
    result.used += size;
    if (bytes.substr(result.used, 2) != "\r\n") return std::nullopt;
    result.used += 2;
  }
  for (const std::size_t begin = result.used;;) {
    const auto trailer = line();
    if (!trailer) return std::nullopt;
    if (trailer->empty()) break;
    if (result.used - begin >= Decoder::kMostTrailers) return std::nullopt;
    std::string name(trailer->substr(0, trailer->find(':')));
    if (name.size() == trailer->size() || !is_token(name) || !text(*trailer)) return std::nullopt;
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (name == "host" || name == "content-length" || name == "transfer-encoding")
      return std::nullopt;
  }
  result.state = Decoder::State::done;
  return result;
}

/// Gives what is wrong, or nothing.
inline std::string check_chunked(std::string_view bytes, std::uint64_t most) {
  using State = http::ChunkedDecoder::State;
  const Decoded whole = decode(bytes, most, 0);
  if (whole.used > most) return "it took more bytes than it may";
  if (whole.used > bytes.size()) return "it took more bytes than there are";
  if (whole.state == State::reading && whole.used != bytes.size()) return "it left bytes unread";
  if (decode(bytes, most, 1) != whole) return "byte by byte it is another body";
  for (unsigned salt = 0; salt < 3; ++salt)
    if (decode(bytes, most, 20, salt) != whole) return "in pieces it is another body";

  const std::optional<Decoded> plain = decode_by_lines(bytes);
  if (whole.state == State::done && whole != plain) return "line by line it is another body";
  if (plain && plain->used <= most && whole != plain) return "a good body was refused";
  return "";
}

}  // namespace book::fuzz
