// Locks for tasks. README.md walks through it.
#include <fmt/format.h>

#include "common/program/chapter.h"

int main(int argc, char** argv) {
  return book::chapter_main({.name = "12_sync", .summary = "locks for tasks"}, argc, argv,
                            [](book::Args&) { fmt::print("Locks for tasks.\n"); });
}
