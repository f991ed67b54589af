#include "exercise/frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "chapters/17_io/pieces.h"
#include "support/counting_waker.h"

namespace {
std::size_t largest_room = 0;  // that anybody has asked operator new for
}

// Not inlined: g++ would see a malloc here and a delete there, and warn of what does fit together.
[[gnu::noinline]] void* operator new(std::size_t size) {
  largest_room = std::max(largest_room, size);
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace book {
namespace {

using exercise::frames;
using exercise::FrameTooLong;
using test::drive;
using test::Source;
using namespace std::string_literals;

/// A length, as it goes over the line.
std::string header(std::size_t length) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
  return bytes;
}
std::string framed(const std::string& text) { return header(text.size()) + text; }

using Frames = std::vector<std::string>;

/// All frames, to the end, and how it ended.
struct All {
  Frames frames;
  std::string end = "the stream has no end: after 20 frames we stopped counting";
};
All all_of(Source& source, std::size_t limit = 1000) {
  All all;
  auto stream = frames(source, limit);
  try {
    while (all.frames.size() < 20) {
      auto frame = drive(next(stream));
      if (!frame) {
        all.end = "a good end";
        break;
      }
      all.frames.push_back(std::move(*frame));
    }
  } catch (const UnexpectedEnd&) {
    all.end = "UnexpectedEnd";
  } catch (const FrameTooLong&) {
    all.end = "FrameTooLong";
  } catch (const std::exception& error) {
    all.end = error.what();
  }
  return all;
}

TEST(Frames, GivesTheBytesBehindALength) {
  Source source{{framed("hello")}};
  const All all = all_of(source);
  ASSERT_FALSE(all.frames.empty())
      << "00 00 00 05 h e l l o came, the most significant byte of the length first: that is a "
         "frame of five bytes. There was none; instead: "
      << all.end;
  EXPECT_EQ(all.frames.front(), "hello")
      << "00 00 00 05 h e l l o came. The four bytes say how long the frame is; they are not part "
         "of it.";
}

TEST(Frames, TwoThatComeTogetherAreTwo) {
  Source source{{framed("hello") + framed("stream")}};
  EXPECT_EQ(all_of(source).frames, (Frames{"hello", "stream"}))
      << "Both frames came in one piece. Ask the stream for the bytes of one frame and for no "
         "more: "
         "what you do not read is still there.";
}

TEST(Frames, ALengthMayComeInPieces) {
  Source source{{"\0"s, "", "\0\0"s, "", "\5hello"}};
  EXPECT_EQ(all_of(source).frames, Frames{"hello"})
      << "The four bytes of a length may come in pieces, as everything may: read_exact waits for "
         "the rest.";
}

TEST(Frames, AFrameMayComeInPieces) {
  Source source{{header(5) + "he", "", "l", "", "lo"}};
  EXPECT_EQ(all_of(source).frames, Frames{"hello"})
      << "A frame's bytes may come in pieces: read_exact waits for all of them.";
}

TEST(Frames, ABytesWorthMayBeMoreThan127) {
  Source source{{framed(std::string(200, 'x'))}};
  EXPECT_EQ(all_of(source).frames, Frames{std::string(200, 'x')})
      << "The length was 00 00 00 c8, which is 200. A char may be negative: make each byte an "
         "unsigned char before you calculate with it.";
}

TEST(Frames, ALongFrameNeedsMoreThanOneByteOfItsLength) {
  Source source{{framed(std::string(0x302, 'x'))}};
  EXPECT_EQ(all_of(source).frames, Frames{std::string(0x302, 'x')})
      << "The length was 00 00 03 02: 3 * 256 + 2, the most significant byte first.";
}

TEST(Frames, ALengthIsAllOfItsFourBytes) {
  Source source{{framed(std::string(0x10203, 'x'))}};
  const All all = all_of(source, 100'000);
  ASSERT_EQ(all.frames.size(), 1u)
      << "The length was 00 01 02 03, which is 66051: more than 16 bits hold. How it ended: "
      << all.end;
  EXPECT_EQ(all.frames.front().size(), 0x10203u)
      << "The length was 00 01 02 03, which is 66051: more than 16 bits hold.";
}

TEST(Frames, AnEmptyFrameIsAFrame) {
  Source source{{framed("") + framed("more")}};
  EXPECT_EQ(all_of(source).frames, (Frames{"", "more"}))
      << "A length of 0 is a frame of no bytes. The end of the stream is something else: no "
         "length at all.";
}

TEST(Frames, AnEndInFrontOfALengthIsGood) {
  Source source{{framed("bye")}};
  const All all = all_of(source);
  EXPECT_EQ(all.frames, Frames{"bye"})
      << "The frame had come, all of it: yield it before you ask for the next length.";
  EXPECT_EQ(all.end, "a good end")
      << "The stream ended between two frames, as it should. An end in front of a length is the "
         "end of the frames, and no error: the first read of a length has to be one that may give "
         "0.";
}

TEST(Frames, AnEndInTheMiddleOfALengthIsNot) {
  Source source{{framed("bye"), "\0\0"s}};
  EXPECT_EQ(all_of(source).end, "UnexpectedEnd")
      << "Two bytes of a length came, and then nothing: somebody hung up in the middle of it. Only "
         "the first byte of a length may be missing.";
}

TEST(Frames, AnEndInTheMiddleOfAFrameIsNotEither) {
  Source source{{framed("bye"), header(5) + "hel"}};
  const All all = all_of(source);
  EXPECT_EQ(all.frames, Frames{"bye"}) << "\"hel\" is not the frame: it is three fifths of it.";
  EXPECT_EQ(all.end, "UnexpectedEnd") << "Five bytes were promised and three came.";
}

TEST(Frames, TheLimitItselfIsAllowed) {
  Source source{{framed("12345")}};
  EXPECT_EQ(all_of(source, 5).frames, Frames{"12345"})
      << "Five bytes, and a limit of five: a frame as long as the limit passes.";
}

TEST(Frames, ALengthBeyondTheLimitIsRefusedBeforeAnybodyMakesRoom) {
  constexpr std::size_t kPromised = 0x00ffffff;
  Source source{{framed("ok"), "\0\xff\xff\xff"s + "the first of 16777215 bytes"}};
  largest_room = 0;
  const All all = all_of(source, 1000);
  EXPECT_EQ(all.frames, Frames{"ok"});
  ASSERT_NE(all.end, "a good end") << "A length was beyond the limit, and the frames came to a "
                                      "good end: the reader takes what it "
                                      "got for all there was. Throw FrameTooLong.";
  ASSERT_EQ(all.end, "FrameTooLong")
      << "Four bytes from a stranger said \"sixteen megabytes\", and the limit is 1000. Look at "
         "the "
         "limit before you make room, and before you read: or those four bytes buy your memory.";
  ASSERT_LT(largest_room, kPromised)
      << "A frame of 16,777,215 bytes was refused, but only after there was a string for all of "
         "them. Look at the limit before you make room: four bytes from a stranger may say four "
         "gigabytes.";

  Source larger{{"\xff\xff\xff\xff"s}};
  EXPECT_EQ(all_of(larger, 1000).end, "FrameTooLong")
      << "The length was ff ff ff ff, which is 4294967295. In an int it is -1, and that is below "
         "every limit: a length has no sign.";
}

TEST(Frames, ADroppedNextLosesNothing) {
  Source source{{"\0\0"s, "", "\0\5he"s, "", "llo", "", framed("again")}};
  auto stream = frames(source, 1000);
  Frames got;
  for (int polls = 0; polls < 20; ++polls) {
    auto impatient = next(stream);  // polled once, and dropped
    test::CountingWaker counter;
    Context cx(counter.waker());
    auto frame = impatient.poll(cx);
    if (frame.is_pending()) continue;
    if (!frame.value()) break;
    got.push_back(*frame.value());
  }
  EXPECT_EQ(got, (Frames{"hello", "again"}))
      << "next() was dropped while it waited, and asked anew. What has been read belongs into the "
         "stream's own coroutine, which stays.";
}

}  // namespace
}  // namespace book
