#include "12_sync/in_use.h"

#include <cstdio>
#include <exception>

namespace book::detail {

void destroyed_in_use(const char* lock, const char* why, Line line) noexcept {
  std::fprintf(stderr, "%s was destroyed in use: %s %d\n", lock, why, line.number());
  std::terminate();
}

}  // namespace book::detail
