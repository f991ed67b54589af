// Feeds the parser of answers' heads whatever libFuzzer thinks of. See `make fuzz`.
#include "fuzz/check_response.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  const std::string_view bytes = fuzz::text(data, size);
  fuzz::expect_none(fuzz::check_response(bytes));
  fuzz::expect_none(fuzz::check_response(bytes, 60));
  return 0;
}
