// Where this build lives: for tests that read sources or run programs.
#pragma once

#include <filesystem>
#include <string>

namespace book::test {

/// The top folder of the sources.
std::filesystem::path source_dir();

/// The folder of this build: build, build-asan, build-tsan or build-clang.
std::filesystem::path binary_dir();

/// A chapter's program: `program("01_simple_future")` is build/bin/01_simple_future.
std::filesystem::path program(const std::string& name);

}  // namespace book::test
