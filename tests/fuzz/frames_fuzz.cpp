// Feeds the frames of a WebSocket, of a server and of a client, whatever libFuzzer thinks of. See
// `make fuzz`.
#include "fuzz/check_frames.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace book;
  const std::string_view bytes = fuzz::text(data, size);
  fuzz::expect_none(fuzz::check_frames(bytes, 1 << 16));
  fuzz::expect_none(fuzz::check_frames(bytes, 10));
  return 0;
}
