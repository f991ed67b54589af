#include "06_pinning/letterbox.h"

namespace book::story {

Async<std::string> first_word(Letterbox& letterbox) {
  std::array<char, 16> buffer{};
  FillBuffer read(letterbox, buffer);
  const std::size_t size = co_await read;
  co_return std::string(buffer.data(), size);
}

}  // namespace book::story
