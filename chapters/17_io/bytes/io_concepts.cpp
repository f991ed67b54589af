#include "17_io/bytes/io_concepts.h"

#include <string>

namespace book::detail {

void throw_overstated(std::size_t claimed, std::size_t asked) {
  throw std::logic_error("a stream says that it has moved " + std::to_string(claimed) +
                         " bytes, and was asked for at most " + std::to_string(asked) +
                         ": look at its poll_read or poll_write");
}

}  // namespace book::detail
