// What a World remembers for its reports: the steps, the names, the memory that is not freed yet.
#include <fmt/format.h>

#include <utility>

#include "explorer/code_place.h"
#include "explorer/world.h"

namespace book::explorer {

void World::note(const char* what, const void* word, std::uint32_t pc, std::string after,
                 bool always) {
  if (recording_) steps_.push_back({running_, what, word, calls_to(pc), std::move(after), always});
}

std::string World::name_of(const void* word, bool or_number) {
  const auto* address = static_cast<const char*>(word);
  for (const Named& named : names_) {
    if (address < named.begin || address >= named.begin + named.size) continue;
    const auto offset = address - named.begin;
    return offset ? fmt::format("{}+{}", named.name, offset) : named.name;
  }
  if (!or_number) return "";
  return fmt::format("#{}", numbers_.try_emplace(word, numbers_.size() + 1).first->second);
}

void World::allocated(void* memory, std::uint32_t pc) {
  Inside inside;
  allocated_[memory] = recording_ ? calls_to(pc) : std::vector{pc};
}

void World::freed(void* memory) {
  if (!counts_ || inside_) return;
  Inside inside;
  get().allocated_.erase(memory);
}

std::string World::what_leaks() const {
  return fmt::format("memory is lost: {} block{} allocated at {}", allocated_.size(),
                     allocated_.size() == 1 ? "" : "s, one of them",
                     code_place(allocated_.begin()->second));
}

}  // namespace book::explorer
