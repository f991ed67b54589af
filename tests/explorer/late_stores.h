// Store buffers: a store that its own thread has made, and no other sees yet. What x86 does, and
// nothing weaker: the stores of one thread reach memory in their order.
#pragma once

#include <cstdint>

#include "explorer/world.h"

namespace book::explorer {

std::uint64_t in_memory(const void* address, int size);
void into_memory(void* address, int size, std::uint64_t value);

/// Now, with what it publishes.
void reach_memory(const LateStore& store);
/// The thread's own late stores reach memory, as at each step that locks, and each system call.
void drain();
/// Everybody's do.
void drain_all();
/// The same if one of the thread's own is in this memory.
void drain_if_in(const void* memory, std::size_t size);
/// Another thread's late store to this word comes before the access that begins, or after it: that
/// is all that its lateness can mean to anybody.
void settle(const void* word);

}  // namespace book::explorer
