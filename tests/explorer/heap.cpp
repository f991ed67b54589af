// The heap of explored threads: what is never freed, and what is used after it was.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "explorer/code_place.h"
#include "explorer/memory.h"
#include "explorer/world.h"

using namespace book::explorer;

namespace {

World& world() { return World::get(); }
bool watched() { return World::watches_me(); }

}  // namespace

// Memory that an explored thread frees is kept to the end of the execution: so that every later
// access is seen as one, and no address has two lives.
void* operator new(std::size_t size) {
  void* memory = std::malloc(size ? size : 1);
  if (!memory) throw std::bad_alloc();
  if (World::counts_mine()) world().allocated(memory, pc_of(__builtin_return_address(0)));
  return memory;
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
  if (!memory) throw std::bad_alloc();
  if (World::counts_mine()) world().allocated(memory, pc_of(__builtin_return_address(0)));
  return memory;
}
void operator delete(void* memory) noexcept {
  if (!memory) return;
  World::freed(memory);
  if (!watched()) return std::free(memory);
  free_plain(memory, malloc_usable_size(memory), pc_of(__builtin_return_address(0)));
  World::Inside inside;
  world().keep_until_end(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  operator delete(memory);
}
