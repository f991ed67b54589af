// The chunked coding: a body whose length its sender did not know when it began. It comes as
// chunks, each behind its size in hexadecimal; a chunk of size zero is the last one, and trailers
// may follow it.
//
//     5;ext=1\r\n                 size, and extensions, which nobody uses
//     hello\r\n                   so many bytes of data
//     0\r\n                       the last chunk
//     Checksum: 42\r\n            trailers: fields that come too late to decide anything
//     \r\n                        the end; the next request begins here
//
// The decoder takes it in whatever pieces arrive, down to single bytes. All it remembers between
// two pieces is where in this picture it stands, and the name of a trailer. It knows nothing of
// sockets. Chapter 17 explains it on its third page, "Messages".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace book::http {

class ChunkedDecoder {
 public:
  enum class State : std::uint8_t {
    reading,
    done,       ///< the body has ended
    malformed,  ///< where it ends cannot be known: the connection must be closed
    too_much,   ///< it has, or says that it will have, more bytes than it may: the same
  };

  /// Longer than that, what stands behind a chunk's size is malformed, and so are the trailers.
  static constexpr std::size_t kMostExtension = 256, kMostTrailers = 4096;

  /// `most` bytes may come, the coding's own among them: a megabyte in chunks of a byte each is
  /// six.
  explicit ChunkedDecoder(std::uint64_t most) noexcept : left_(most) {}

  struct Piece {
    std::size_t size;       ///< bytes that were used, from the front
    std::string_view data;  ///< the last of these: data of a chunk
  };
  /// Reads on, up to the end of `bytes`, of the body, or of a run of data, whichever comes first.
  /// So it is to be called again with what was not used, while the state is `reading`.
  Piece read(std::string_view bytes) noexcept;

  State state() const noexcept {
    if (at_ == At::end) return State::done;
    if (at_ == At::malformed) return State::malformed;
    return at_ == At::too_much ? State::too_much : State::reading;
  }

 private:
  /// What the next byte belongs to.
  enum class At : std::uint8_t {
    size,
    extension,  // the first byte of its name
    extension_name,
    extension_value,  // the first byte of its value
    extension_word,
    quoted,
    escaped,  // in a quoted value, behind a backslash
    after_quoted,
    size_lf,
    data,
    data_cr,
    data_lf,
    line,  // the first byte of a trailer, or of the empty line
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    end,
    malformed,
    too_much,
  };

  bool is_over() const noexcept { return at_ >= At::end; }
  At after(char c) noexcept;
  At after_size(char c) noexcept;
  At after_extension(char c) const noexcept;
  At after_trailer(char c) noexcept;
  bool decides_too_late() const noexcept;

  std::uint64_t left_;        // bytes that may still come
  std::uint64_t size_ = 0;    // of the chunk; in its data, what is still to come of it
  std::uint16_t length_ = 0;  // digits of the size, then bytes of the extensions; bytes of trailers
  At at_ = At::size;
  std::uint8_t name_size_ = 0;
  std::array<char, 17> name_{};  // of a trailer, as long as "transfer-encoding"; else cut
};

}  // namespace book::http
