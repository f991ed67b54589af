// Memory as the explored threads see it: atomic words with their orders and late stores, plain data
// with its races. The threads' steps of hooks.cpp and wraps.cpp end here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "explorer/world.h"

namespace book::explorer {

/// An atomic word: where it is, how many bytes, and the instruction that touches it.
struct Word {
  void* address;
  int size;
  std::uint32_t pc;
};

enum class Change : std::uint8_t { exchange, add, sub, bit_and, bit_or, bit_xor, bit_nand };

// The orders are the compiler's numbers: __ATOMIC_RELAXED and so on.
std::uint64_t load(Word word, int order);
void store(Word word, std::uint64_t value, int order);
std::uint64_t change(Word word, Change how, std::uint64_t operand, int order);
/// Returns what was there; the same as `expected`: then `wanted` is there now.
std::uint64_t compare_exchange(Word word, std::uint64_t expected, std::uint64_t wanted, int success,
                               int failure);

/// An error if the word is in freed memory, or another thread has plainly written it, and has not
/// published that.
void touch(Word word);
void read_plain(const void* address, std::size_t size, std::uint32_t pc);
void write_plain(const void* address, std::size_t size, std::uint32_t pc);
void free_plain(const void* address, std::size_t size, std::uint32_t pc);

/// What mutexes and Parkers do: all that the thread has done is known to the next that acquires it.
void release(const void* object);
void acquire(const void* object);

}  // namespace book::explorer
