#include "exercise/byte_range.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace book::http {

/// Where the bytes of a 416 begin is nobody's business: there are none.
bool operator==(const Slice& a, const Slice& b) {
  return a.status == b.status && a.size == b.size && (a.first == b.first || a.status == 416);
}
void PrintTo(const Slice& slice, std::ostream* out) {
  *out << "status " << slice.status << ", " << slice.size << " bytes from " << slice.first;
}

namespace {

const Slice kWhole{200, 0, 271}, kNone{416, 0, 0};

TEST(ByteRangeTest, AsksForAPartFromTheFront) {
  EXPECT_EQ(slice_of("bytes=0-99", 271).status, 206)
      << "bytes=0-99 asks for the first hundred bytes. Begin there: cut \"bytes=\" off, find the "
         "'-'.";
  EXPECT_EQ(slice_of("bytes=0-99", 271), (Slice{206, 0, 100}))
      << "From 0 to 99: both ends belong to it, so that is a hundred bytes.";
  EXPECT_EQ(slice_of("bytes=100-199", 271), (Slice{206, 100, 100}));
  EXPECT_EQ(slice_of("bytes=0-0", 271), (Slice{206, 0, 1}))
      << "From 0 to 0 is the first byte alone: a range that ends where it begins has one byte.";
}

TEST(ByteRangeTest, AsksForTheRest) {
  EXPECT_EQ(slice_of("bytes=100-", 271), (Slice{206, 100, 171}))
      << "Without a second number it goes on to the end of the file: 271 less 100 bytes.";
  EXPECT_EQ(slice_of("bytes=270-", 271), (Slice{206, 270, 1})) << "the last byte alone";
}

TEST(ByteRangeTest, AsksForTheEnd) {
  EXPECT_EQ(slice_of("bytes=-50", 271), (Slice{206, 221, 50}))
      << "Without a first number, the second one counts from the end: the last fifty bytes.";
  EXPECT_EQ(slice_of("bytes=-1000", 271), (Slice{206, 0, 271}))
      << "Fewer bytes than were asked for are there: the last 1000 of 271 are all of them.";
  EXPECT_EQ(slice_of("bytes=-0", 271), kNone) << "the last 0 bytes are none";
}

TEST(ByteRangeTest, NeverPromisesWhatIsNotThere) {
  EXPECT_EQ(slice_of("bytes=200-999", 271), (Slice{206, 200, 71}))
      << "A Content-Length of 800 for what has 71 bytes left: that promises more bytes than the "
         "file has,\n"
         "and the client waits for them forever. Cut the end off at the file's.";
  EXPECT_EQ(slice_of("bytes=0-270", 271), (Slice{206, 0, 271}))
      << "All of it is a part, too: who asks with a range is answered with 206.";
  EXPECT_EQ(slice_of("bytes=0-271", 271), (Slice{206, 0, 271}));
}

TEST(ByteRangeTest, SaysWhenThereIsNothingToSend) {
  EXPECT_EQ(slice_of("bytes=271-", 271), kNone)
      << "The last of 271 bytes is number 270: there is no byte 271 to begin at.";
  EXPECT_EQ(slice_of("bytes=900-999", 271), kNone);
  EXPECT_EQ(slice_of("bytes=0-", 0), kNone) << "an empty file has not even a byte 0";
  EXPECT_EQ(slice_of("bytes=-5", 0), kNone)
      << "An empty file has no last bytes either: ask whether any are left after you have cut the\n"
         "count off at the file's size, not before.";
}

TEST(ByteRangeTest, NumbersMayBeLargerThanANumber) {
  EXPECT_EQ(slice_of("bytes=5000000000-", 6'000'000'000),
            (Slice{206, 5'000'000'000, 1'000'000'000}))
      << "A film has more than four gigabytes: 32 bits are too few to count them.";
  EXPECT_EQ(slice_of("bytes=0-18446744073709551615", 271), (Slice{206, 0, 271}))
      << "last + 1 is 0 here: compare before you add";
  EXPECT_EQ(slice_of("bytes=1-18446744073709551616", 271), (Slice{206, 1, 270}))
      << "2 to the power of 64 is 0, if you let it overflow. It is larger than any file: let a\n"
         "number that is too large stay at the largest there is.";
  EXPECT_EQ(slice_of("bytes=18446744073709551616-", 271), kNone)
      << "A first byte beyond 64 bits is beyond the file, too.";
  EXPECT_EQ(slice_of("bytes=-99999999999999999999999", 271), (Slice{206, 0, 271}))
      << "More last bytes than 64 bits can count are all that the file has.";
}

TEST(ByteRangeTest, IgnoresWhatItDoesNotUnderstand) {
  for (const char* range :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes:0-9", "kilobytes=0-9",
        "bytes=a-b", "bytes=0-9x", "bytes=0x0-9", "bytes= 0-9", "bytes=+0-9", "bytes=0--9",
        "bytes=--9", "bytes=0-9,20-29", "lines=0-9", "0-9"}) {
    EXPECT_EQ(slice_of(range, 271), kWhole)
        << "'" << range << "' is no range this server knows. A client that is told nothing\n"
        << "of its range has to take the whole file: such a field is as if it were not there.";
  }
  for (const char* range : {"bytes=900-5", "bytes=900-x"}) {
    EXPECT_EQ(slice_of(range, 271), kWhole)
        << "'" << range << "' makes no sense, wherever it begins: ask that first. A 416 is for a\n"
        << "range that makes sense, and of which the file has nothing.";
  }
  for (const char* range : {"bytes=99999999999999999999x-", "bytes=99999999999999999999x-5",
                            "bytes=0-99999999999999999999x", "bytes=-99999999999999999999x"}) {
    EXPECT_EQ(slice_of(range, 271), kWhole)
        << "'" << range << "' has more digits than 64 bits can count, and then an x: that is no\n"
        << "number at all. Look at every character, also when the number is as large as can be.";
  }
}

TEST(ByteRangeTest, SaysWhichPartItIs) {
  EXPECT_EQ(content_range(Slice{206, 0, 100}, 271), "bytes 0-99/271")
      << "These are the numbers of the first byte and of the last: of a hundred bytes from 0, the\n"
         "last one is number 99.";
  EXPECT_EQ(content_range(Slice{206, 270, 1}, 271), "bytes 270-270/271");
  EXPECT_EQ(content_range(kNone, 271), "bytes */271")
      << "A 416 has no first byte and no last one: it says only how long the file is.";
}

}  // namespace
}  // namespace book::http
