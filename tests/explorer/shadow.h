// Shadow: what the explorer remembers of every byte of memory that the explored threads touch.
//
// Eight bytes share a granule. As long as they are read and written together they share one cell,
// too; the first access to a part of them splits it, down to one cell a byte. (Cells that stay at
// eight bytes see races between two neighbours that have nothing to do with each other.)
//
//     granule   | 8 bytes                               |   last write, last read of each thread
//     split     | 4 bytes           | 4 bytes           |
//     split     | 1 | 1 | 1 | 1     | 1 | 1 | 1 | 1     |
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "explorer/clocks.h"

namespace book::explorer {

class Shadow {
 public:
  /// The other access of a race.
  struct Conflict {
    enum Kind : std::uint8_t { none, written, read, freed } kind = none;
    int thread = -1;
    std::uint32_t pc = 0;
    explicit operator bool() const { return kind != none; }
  };

  /// Forgets everything, in one step.
  void forget_all() { ++generation_; }

  Conflict read(std::uintptr_t address, std::size_t size, int thread, const Clock& now,
                std::uint32_t pc) {
    return access(address, size, thread, now, pc, false, false);
  }
  Conflict write(std::uintptr_t address, std::size_t size, int thread, const Clock& now,
                 std::uint32_t pc) {
    return access(address, size, thread, now, pc, true, false);
  }
  /// The memory is given back: a write to all of it, and nothing may touch it again.
  Conflict free(std::uintptr_t address, std::size_t size, int thread, const Clock& now,
                std::uint32_t pc) {
    return access(address, size, thread, now, pc, true, true);
  }

  /// Notes that a thread touches the atomic word or mutex at `address`. Do others touch it, too,
  /// and does one of them change it, in this schedule or an earlier one of the scenario? If not, it
  /// does not matter when the thread does it. `found` is set when that is new.
  bool is_shared(std::uintptr_t address, int thread, bool changes, bool& found);
  void forget_who_shares() { ++scenario_; }
  /// The same question about this schedule alone, after its end.
  bool was_shared(std::uintptr_t address) {
    const Touched& touched = granule(address / 8).touched[address % 8];
    return touched.changed && !std::has_single_bit(touched.threads);
  }

  /// What a thread that reads the atomic word at `address` learns, if it acquires.
  Clock& published(std::uintptr_t address);

 private:
  struct Cell {
    Epoch write;
    std::array<Epoch, kMaxThreads> reads;
    std::int8_t writer = 0;
    bool freed = false;
  };
  struct Touched {
    std::uint8_t threads = 0;  // a bit for each
    bool changed = false;
  };
  struct Granule {
    std::uintptr_t number = 0;
    std::uint32_t generation = 0;
    std::uint32_t step = 8;  // bytes a cell
    std::array<Cell, 8> cells;
    std::array<Clock, 8> published;
    std::array<Touched, 8> touched;
    std::uint32_t scenario = 0;
    std::uint8_t shared = 0;  // a bit for each byte
  };

  Conflict access(std::uintptr_t address, std::size_t size, int thread, const Clock& now,
                  std::uint32_t pc, bool write, bool free);
  Granule& granule(std::uintptr_t number);
  void grow();

  std::uint32_t generation_ = 1;
  std::uint32_t scenario_ = 1;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<Granule>> table_ = std::vector<std::unique_ptr<Granule>>(4096);
};

}  // namespace book::explorer
