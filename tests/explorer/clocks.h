// Vector clocks: what a thread knows of the others' pasts. `a` happened before `b` when all that a
// had done is known to b; two accesses of which neither happened before the other are a race.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace book::explorer {

inline constexpr int kMaxThreads = 6;

/// For each thread, up to which of its steps its past is known.
struct Clock {
  std::array<std::uint32_t, kMaxThreads> time{};

  std::uint32_t& operator[](int thread) { return time[static_cast<std::size_t>(thread)]; }
  std::uint32_t operator[](int thread) const { return time[static_cast<std::size_t>(thread)]; }

  void join(const Clock& other) {
    for (std::size_t i = 0; i < time.size(); ++i) time[i] = std::max(time[i], other.time[i]);
  }
};

/// One access: at which time of its thread, and by which instruction (see code_place.h).
struct Epoch {
  std::uint32_t time = 0;
  std::uint32_t pc = 0;
};

}  // namespace book::explorer
