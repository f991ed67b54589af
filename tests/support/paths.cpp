#include "support/paths.h"

namespace book::test {

std::filesystem::path source_dir() { return BOOK_SOURCE_DIR; }
std::filesystem::path binary_dir() { return BOOK_BINARY_DIR; }
std::filesystem::path program(const std::string& name) { return binary_dir() / "bin" / name; }

}  // namespace book::test
