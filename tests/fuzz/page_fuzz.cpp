// Feeds what reads a stranger's page whatever libFuzzer thinks of. See `make fuzz`.
#include "fuzz/check_page.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  fuzz::expect_none(fuzz::check_page(fuzz::text(data, size)));
  return 0;
}
