// Plain data, its races, and the end of its memory.
#include <fmt/format.h>

#include "explorer/code_place.h"
#include "explorer/late_stores.h"
#include "explorer/memory.h"

namespace book::explorer {
namespace {

World& world() { return World::get(); }
std::uintptr_t number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

std::string race(const char* what, const Shadow::Conflict& other, std::uint32_t pc) {
  const std::string there = fmt::format("{} {} it at {}", world().thread(other.thread).name,
                                        other.kind == Shadow::Conflict::written ? "writes"
                                        : other.kind == Shadow::Conflict::read  ? "reads"
                                                                                : "freed",
                                        code_place(other.pc));
  const std::string here = fmt::format("{} {} it at {}", world().me().name, what, code_place(pc));
  if (other.kind == Shadow::Conflict::freed) {
    return fmt::format("use after free: {}, and {}", there, here);
  }
  return fmt::format("data race: {}, {}, and nothing orders the two", there, here);
}

}  // namespace

void touch(Word word) {
  const auto conflict = world().shadow().read(number(word.address), 1, world().my_number(),
                                              world().me().clock, word.pc);
  if (conflict) world().fail(race("uses", conflict, word.pc));
}

void read_plain(const void* address, std::size_t size, std::uint32_t pc) {
  World::Inside inside;
  const auto conflict =
      world().shadow().read(number(address), size, world().my_number(), world().me().clock, pc);
  if (conflict) world().fail(race("reads", conflict, pc));
}

void write_plain(const void* address, std::size_t size, std::uint32_t pc) {
  World::Inside inside;
  const auto conflict =
      world().shadow().write(number(address), size, world().my_number(), world().me().clock, pc);
  if (conflict) world().fail(race("writes", conflict, pc));
}

void free_plain(const void* address, std::size_t size, std::uint32_t pc) {
  World::Inside inside;
  const auto conflict =
      world().shadow().free(number(address), size, world().my_number(), world().me().clock, pc);
  if (conflict) world().fail(race("frees", conflict, pc));
}

}  // namespace book::explorer
