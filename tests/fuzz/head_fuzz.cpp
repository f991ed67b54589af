// Feeds the parser of heads whatever libFuzzer thinks of. See `make fuzz`.
#include "fuzz/check_head.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  const std::string_view bytes = fuzz::text(data, size);
  fuzz::expect_none(fuzz::check_head(bytes));
  fuzz::expect_none(fuzz::check_head(bytes, {.target = 20, .head = 100}));
  return 0;
}
