// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace book::fuzz {

inline std::string_view text(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// libFuzzer keeps the input of a run that is aborted.
inline void expect_none(const std::string& problem) {
  if (problem.empty()) return;
  std::fprintf(stderr, "\nfound: %s\n", problem.c_str());
  std::abort();
}

}  // namespace book::fuzz
