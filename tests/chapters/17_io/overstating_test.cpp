// A stream that says that it has moved more than it was asked to: a mistake in a mock or an
// adaptor, which has to be found before memory that is not ours is read or written.
#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "04_io_executor/block_on.h"
#include "17_io/bytes/buf_reader.h"
#include "17_io/bytes/buf_writer.h"
#include "17_io/bytes/copy.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/limited.h"
#include "17_io/bytes/lines.h"

namespace book {
namespace overstating_test {

struct Liar {
  Poll<std::size_t> poll_read(Context&, std::span<char> buffer) { return buffer.size() + 6; }
  Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) { return bytes.size() + 6; }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) { return Poll<void>::ready(); }
};

TEST(AStreamThatOverstates, IsNotBelievedByThoseWhoRead) {
  Liar liar;
  char four[4];
  EXPECT_THROW(block_on(read_exact(liar, std::span<char>(four))), std::logic_error);
  EXPECT_THROW(block_on(read_to_end(liar, 1'000'000)), std::logic_error);
  BufReader reader(liar, 4);
  EXPECT_THROW(block_on(read_line(reader)), std::logic_error);
}

TEST(AStreamThatOverstates, IsNotBelievedByThoseWhoWrite) {
  Liar liar;
  EXPECT_THROW(block_on(write_all(liar, "hello")), std::logic_error);
  const std::string_view pieces[] = {"hel", "lo"};
  EXPECT_THROW(block_on(write_all_vectored(liar, ConstBuffers(pieces))), std::logic_error);
}

TEST(AStreamThatOverstates, IsNotBelievedByWhatLiesAboveIt) {
  Liar liar;
  BufWriter out(liar, 4);
  block_on(write_all(out, std::string_view("abc")));
  EXPECT_THROW(block_on(flush(out)), std::logic_error);
  Limited part(liar, 3);
  char four[4];
  EXPECT_THROW(block_on(read(part, std::span<char>(four))), std::logic_error);
}

TEST(AStreamThatOverstates, IsNotBelievedByACopy) {
  Liar liar, other;
  EXPECT_THROW(block_on(copy(liar, other)), std::logic_error);
}

}  // namespace overstating_test
}  // namespace book
