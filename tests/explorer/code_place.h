// Where an instruction comes from: "atomic_waker.h:64". The explorer notes instructions as their
// distance from the program's beginning; the debug information and addr2line say the rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace book::explorer {

std::uint32_t pc_of(const void* return_address);

/// The calls that have led to `pc`, which comes first; all that are under way without it.
std::vector<std::uint32_t> calls_to(std::uint32_t pc);

/// Asks for many at once, so that code_place has the answers ready.
void look_up(const std::vector<std::uint32_t>& pcs);
std::string code_place(std::uint32_t pc);
/// The first of them that is neither in the standard library nor in the explorer.
std::string code_place(const std::vector<std::uint32_t>& pcs);

}  // namespace book::explorer
