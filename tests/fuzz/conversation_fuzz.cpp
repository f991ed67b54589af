// Plays a client that says whatever libFuzzer thinks of. See `make fuzz`.
#include "fuzz/check_conversation.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  static fuzz::SmallSite small;
  fuzz::expect_none(fuzz::check_conversation(small.site, fuzz::text(data, size)));
  return 0;
}
