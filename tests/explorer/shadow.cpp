#include "explorer/shadow.h"

#include <algorithm>
#include <utility>

namespace book::explorer {
namespace {

std::size_t slot_of(std::uintptr_t number, std::size_t slots) {
  return (number * 0x9e3779b97f4a7c15 >> 20) & (slots - 1);
}

}  // namespace

Shadow::Granule& Shadow::granule(std::uintptr_t number) {
  std::size_t slot = slot_of(number, table_.size());
  while (table_[slot] && table_[slot]->number != number) slot = (slot + 1) & (table_.size() - 1);
  if (!table_[slot]) {
    if (++used_ * 2 > table_.size()) {
      grow();
      return granule(number);
    }
    table_[slot] = std::make_unique<Granule>();
    table_[slot]->number = number;
  }
  Granule& found = *table_[slot];
  if (found.generation != generation_) {
    found.generation = generation_;
    found.step = 8;
    found.cells[0] = Cell();
    found.published.fill(Clock());
    found.touched.fill({});
  }
  return found;
}

void Shadow::grow() {
  std::vector<std::unique_ptr<Granule>> old(table_.size() * 2);
  old.swap(table_);
  for (auto& moved : old) {
    if (!moved) continue;
    std::size_t slot = slot_of(moved->number, table_.size());
    while (table_[slot]) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = std::move(moved);
  }
}

bool Shadow::is_shared(std::uintptr_t address, int thread, bool changes, bool& found) {
  Granule& here = granule(address / 8);
  if (std::exchange(here.scenario, scenario_) != scenario_) here.shared = 0;
  const auto bit = static_cast<std::uint8_t>(1U << (address % 8));
  Touched& touched = here.touched[address % 8];
  touched.threads = static_cast<std::uint8_t>(touched.threads | 1U << thread);
  touched.changed = touched.changed || changes;
  if (here.shared & bit) return true;
  if (!touched.changed || std::has_single_bit(touched.threads)) return false;
  here.shared = static_cast<std::uint8_t>(here.shared | bit);
  return found = true;
}

Clock& Shadow::published(std::uintptr_t address) {
  return granule(address / 8).published[address % 8];
}

Shadow::Conflict Shadow::access(std::uintptr_t address, std::size_t size, int thread,
                                const Clock& now, std::uint32_t pc, bool write, bool free) {
  const std::uintptr_t end = address + size;
  Conflict conflict;
  while (address < end) {
    Granule& here = granule(address / 8);
    const std::size_t first = address % 8;
    const std::size_t bytes = std::min<std::size_t>(8 - first, end - address);
    address += bytes;
    const std::uint32_t wanted = bytes == 8 ? 8 : bytes == 4 && first % 4 == 0 ? 4 : 1;
    if (here.step > wanted) {
      for (std::size_t i = 0; i < 8; ++i) {
        if (i % here.step) here.cells[i] = here.cells[i / here.step * here.step];
      }
      here.step = wanted;
    }
    for (std::size_t i = first; i < first + bytes; i += here.step) {
      Cell& cell = here.cells[i];
      if (!conflict && cell.freed) {
        conflict = {Conflict::freed, cell.writer, cell.write.pc};
      } else if (!conflict && cell.write.time > now[cell.writer]) {
        conflict = {Conflict::written, cell.writer, cell.write.pc};
      }
      if (!write) {
        cell.reads[static_cast<std::size_t>(thread)] = {now[thread], pc};
        continue;
      }
      for (int other = 0; other < kMaxThreads && !conflict; ++other) {
        const Epoch& read = cell.reads[static_cast<std::size_t>(other)];
        if (read.time > now[other]) conflict = {Conflict::read, other, read.pc};
      }
      cell.write = {now[thread], pc};
      cell.writer = static_cast<std::int8_t>(thread);
      cell.freed = free;
    }
  }
  return conflict;
}

}  // namespace book::explorer
