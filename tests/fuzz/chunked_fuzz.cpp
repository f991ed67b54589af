// Feeds the decoder of the chunked coding whatever libFuzzer thinks of. See `make fuzz`.
#include "fuzz/check_chunked.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  const std::string_view bytes = fuzz::text(data, size);
  fuzz::expect_none(fuzz::check_chunked(bytes, 1 << 20));
  fuzz::expect_none(fuzz::check_chunked(bytes, 30));
  return 0;
}
