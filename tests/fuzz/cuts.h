// How bytes are cut into the pieces in which they arrive. The cuts come from the bytes themselves,
// so that an input which fails once fails always.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace book::fuzz {

class Cuts {
 public:
  /// Pieces of 1 to `most` bytes. `salt` makes other cuts of the same bytes.
  Cuts(std::string_view bytes, std::size_t most, unsigned salt = 0) : most_(most) {
    for (const char c : bytes) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    state_ += salt;
  }

  std::size_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return 1 + static_cast<std::size_t>(state_ >> 33) % most_;
  }

 private:
  std::size_t most_;
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

/// A copy of its own for each piece, exactly as long: so the address sanitizer sees who reads
/// beyond.
class Piece {
 public:
  explicit Piece(std::string_view bytes) : size_(bytes.size()), memory_(new char[size_]) {
    std::copy(bytes.begin(), bytes.end(), memory_.get());
  }
  std::string_view bytes() const { return {memory_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> memory_;
};

}  // namespace book::fuzz
