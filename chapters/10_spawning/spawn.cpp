#include "10_spawning/spawn.h"

#include <fmt/format.h>

#include <stdexcept>

namespace book {

void detail::refuse_if_it_changes_threads(const Scheduler& scheduler, Place spawned_at) {
  if (!scheduler.changes_threads()) return;
  throw std::logic_error(fmt::format(
      "the future spawned at {}:{}, or what it gives, is not Send, and tasks of a pool change "
      "threads: spawn_local keeps one where it is",
      spawned_at.file, spawned_at.line));
}

}  // namespace book
