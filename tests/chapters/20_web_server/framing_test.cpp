// Where one request ends and the next begins: bodies in chunks, byte by byte; bodies that take
// their time; and the polite end after what was no request. (The heads are in
// http_parser_test.cpp.)
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "17_io/http/chunked.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/linger.h"
#include "chapters/20_web_server/client.h"
#include "chapters/20_web_server/mock_stream.h"
#include "chapters/20_web_server/running.h"
#include "chapters/20_web_server/site_folder.h"
#include "fuzz/check_chunked.h"
#include "fuzz/check_conversation.h"
#include "fuzz/check_head.h"
#include "support/contract.h"
#include "support/paths.h"

namespace book::http {
namespace framing_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

// --- The chunked coding ---------------------------------------------------------------------

struct Row {
  const char* what;
  std::string bytes;
  std::string expected;  ///< "done 5 hello": the state, the bytes of the coding, the body
};

std::string describe(const fuzz::Decoded& decoded) {
  const char* const names[] = {"reading", "done", "malformed", "too much"};
  return names[static_cast<int>(decoded.state)] + " "s + std::to_string(decoded.used) + " " +
         decoded.body;
}

/// Whole, byte by byte, and in every split (of what is long, in many).
void check(const std::vector<Row>& rows, std::uint64_t most = 10'000) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const fuzz::Decoded whole = fuzz::decode(row.bytes, most, 0);
    EXPECT_EQ(describe(whole).substr(0, row.expected.size()), row.expected);
    EXPECT_EQ(fuzz::check_chunked(row.bytes, most), "");
    for (std::size_t cut = 1; cut < row.bytes.size(); cut += 1 + row.bytes.size() / 400) {
      ChunkedDecoder decoder(most);
      fuzz::Decoded split;
      for (std::string_view piece :
           {std::string_view(row.bytes).substr(0, cut), std::string_view(row.bytes).substr(cut)}) {
        while (!piece.empty() && decoder.state() == ChunkedDecoder::State::reading) {
          const ChunkedDecoder::Piece read = decoder.read(piece);
          split.used += read.size;
          split.body += read.data;
          piece.remove_prefix(read.size);
        }
      }
      split.state = decoder.state();
      ASSERT_EQ(describe(split), describe(whole)) << "cut after " << cut;
    }
  }
}

const std::string kEnd = "0\r\n\r\n";

TEST(ChunkedDecoder, ReadsABodyToItsEndAndNoFurther) {
  check({
      {"one chunk", "5\r\nhello\r\n" + kEnd, "done 15 hello"},
      {"three", "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n" + kEnd, "done 26 abcdef"},
      {"none", kEnd, "done 5 "},
      {"digits in both cases", "a\r\n0123456789\r\nB\r\n0123456789a\r\n" + kEnd,
       "done 36 01234567890123456789a"},
      {"zeros in front", "0000000000000005\r\nhello\r\n0000\r\n\r\n", "done 33 hello"},
      {"line ends in the data", "4\r\n\r\n\r\n\r\n" + kEnd, "done 14 \r\n\r\n"},
      {"a request in the data", "1b\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n" + kEnd,
       "done 38 GET"},
      {"a request behind it", "5\r\nhello\r\n" + kEnd + "GET / HTTP/1.1\r\n", "done 15 hello"},
      {"another end behind it", kEnd + kEnd, "done 5 "},
      {"an extension", "5;a=b\r\nhello\r\n" + kEnd, "done 19 hello"},
      {"more of them", "5;a;b=c;d=\"e \\\"; f\"\r\nhello\r\n0;g\r\n\r\n", "done 35 hello"},
      {"trailers", "0\r\nChecksum: 1\r\nX:\r\n\r\n", "done 22 "},
      {"nearly a name that decides", "0\r\nContent-Lengths: 1\r\nHos: a\r\n\r\n", "done "},
      {"not all of it", "5\r\nhel", "reading 6 hel"},
      {"nothing of the end", "5\r\nhello\r\n", "reading 10 hello"},
      {"the last line end is missing", "0\r\n\r", "reading 4 "},
  });
}

TEST(ChunkedDecoder, RefusesSizesThatAreNoPlainHexNumber) {
  check({
      {"plus", "+5\r\nhello\r\n" + kEnd, "malformed"},
      {"minus", "-5\r\nhello\r\n" + kEnd, "malformed"},
      {"0x", "0x5\r\nhello\r\n" + kEnd, "malformed"},
      {"x", "x5\r\nhello\r\n" + kEnd, "malformed"},
      {"a blank before it", " 5\r\nhello\r\n" + kEnd, "malformed"},
      {"a blank behind it", "5 \r\nhello\r\n" + kEnd, "malformed"},
      {"a tab behind it", "5\t\r\nhello\r\n" + kEnd, "malformed"},
      {"a blank inside", "1 0\r\nhello\r\n" + kEnd, "malformed"},
      {"an underscore", "1_0\r\nhello\r\n" + kEnd, "malformed"},
      {"a comma", "5,5\r\nhello\r\n" + kEnd, "malformed"},
      {"a fraction", "5.0\r\nhello\r\n" + kEnd, "malformed"},
      {"another letter", "g\r\nhello\r\n" + kEnd, "malformed"},
      {"none", "\r\nhello\r\n" + kEnd, "malformed"},
      {"an extension alone", ";a=b\r\nhello\r\n" + kEnd, "malformed"},
      {"NUL", "\0005\r\nhello\r\n"s + kEnd, "malformed"},
      {"NUL behind it", "5\0\r\nhello\r\n"s + kEnd, "malformed"},
      {"17 digits, all but one zeros", "00000000000000005\r\nhello\r\n" + kEnd, "malformed"},
      {"one that wraps around", "10000000000000005\r\nhello\r\n" + kEnd, "malformed"},
      {"17 zeros for the last one", "00000000000000000\r\n\r\n", "malformed"},
      {"the most that 64 bits hold", "ffffffffffffffff\r\nhello\r\n" + kEnd, "too much 18 "},
      {"a bare LF behind it", "5\nhello\r\n" + kEnd, "malformed"},
      {"a bare CR behind it", "5\rhello\r\n" + kEnd, "malformed"},
      {"CR CR LF behind it", "5\r\r\nhello\r\n" + kEnd, "malformed"},
  });
}

TEST(ChunkedDecoder, RefusesDataOfAnotherSizeThanWasSaid) {
  check({
      {"one more", "5\r\nhello!\r\n" + kEnd, "malformed 9 hello"},
      {"one less", "5\r\nhell\r\n" + kEnd, "malformed 9 hell\r"},
      {"no line end", "5\r\nhello" + kEnd, "malformed 9 hello"},
      {"a bare LF behind it", "5\r\nhello\n" + kEnd, "malformed 9 hello"},
      {"a bare CR behind it", "5\r\nhello\r" + kEnd, "malformed 10 hello"},
      {"an end in the data's place", "5\r\n" + kEnd + kEnd, "malformed"},
  });
}

TEST(ChunkedDecoder, RefusesExtensionsThatTwoReadersCouldReadInTwoWays) {
  const std::string rest = "\r\nhello\r\n" + kEnd;
  check({
      {"a blank before the semicolon", "5 ;a=b" + rest, "malformed"},
      {"a blank behind it", "5; a=b" + rest, "malformed"},
      {"a blank around the sign", "5;a =b" + rest, "malformed"},
      {"no name", "5;" + rest, "malformed"},
      {"no name, a value", "5;=b" + rest, "malformed"},
      {"no name before the next", "5;;a" + rest, "malformed"},
      {"no value", "5;a=" + rest, "malformed"},
      {"a quote that does not end", "5;a=\"" + rest, "malformed"},
      {"an escaped end", "5;a=\"b\\\"" + rest, "malformed"},
      {"something behind the quote", "5;a=\"b\"c" + rest, "malformed"},
      {"a line end in a quote", "5;a=\"b\r\nc\"" + rest, "malformed"},
      {"a bare LF", "5;a\n" + rest, "malformed"},
      {"a bare LF alone", "5;\nhello\r\n" + kEnd, "malformed"},
      {"a bare CR", "5;a\rb" + rest, "malformed"},
      {"a NUL", "5;a=\"\0\""s + rest, "malformed"},
      {"longer than it may be", "5;" + std::string(ChunkedDecoder::kMostExtension, 'x') + rest,
       "malformed"},
      {"as long as it may be", "5;" + std::string(ChunkedDecoder::kMostExtension - 1, 'x') + rest,
       "done"},
      {"of many chunks together it may be longer",
       "1;" + std::string(200, 'x') + "\r\na\r\n1;" + std::string(200, 'x') + "\r\nb\r\n" + kEnd,
       "done 419 ab"},
  });
}

TEST(ChunkedDecoder, RefusesTrailersThatAreNoFieldsOrDecideTooLate) {
  check({
      {"folded", "0\r\nX: a\r\n b\r\n\r\n", "malformed"},
      {"indented", "0\r\n X: a\r\n\r\n", "malformed"},
      {"a space before the colon", "0\r\nX : a\r\n\r\n", "malformed"},
      {"no name", "0\r\n: a\r\n\r\n", "malformed"},
      {"no colon", "0\r\nX\r\n\r\n", "malformed"},
      {"a request in their place", "0\r\nGET / HTTP/1.1\r\n\r\n", "malformed"},
      {"a bare LF", "0\r\nX: a\n\r\n", "malformed"},
      {"a bare LF for the end", "0\r\n\n", "malformed"},
      {"a bare CR", "0\r\nX: a\rb\r\n\r\n", "malformed"},
      {"CR and no LF for the end", "0\r\n\rX", "malformed"},
      {"NUL", "0\r\nX: \0\r\n\r\n"s, "malformed"},
      {"a length", "0\r\nContent-Length: 5\r\n\r\n", "malformed"},
      {"a coding", "0\r\ntransfer-ENCODING: chunked\r\n\r\n", "malformed"},
      {"a host", "0\r\nX: y\r\nHost: b\r\n\r\n", "malformed"},
      {"longer than they may be",
       "0\r\n" + std::string(ChunkedDecoder::kMostTrailers, 'x') + ": y\r\n\r\n", "malformed"},
      {"more than there may be",
       [] {
         std::string bytes = "0\r\n";
         while (bytes.size() < ChunkedDecoder::kMostTrailers + 3) bytes += "X: y\r\n";
         return bytes + "\r\n";
       }(),
       "malformed"},
  });
}

TEST(ChunkedDecoder, CountsEveryByteThatComes) {
  check(
      {
          {"just as much", "9\r\n012345678\r\n0\r\n\r\n", "done 19 "},
          {"said to be too much", "11\r\n", "too much 4 "},
          {"the coding's own bytes", "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n", "too much 20 abc"},
          {"an extension", "1;a=0123456789012345678\r\na\r\n", "too much 20 "},
          {"trailers", "0\r\nX: 012345678901234567\r\n", "too much 20 "},
      },
      20);
}

// --- A conversation -------------------------------------------------------------------------

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
std::string post(const std::string& fields, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

/// "405 200 open": the answers, and how it stands then.
std::string statuses(const fuzz::Talk& talk) {
  std::string list;
  for (std::size_t at = 0; (at = talk.sent.find("HTTP/1.1 ", at)) != std::string::npos; ++at)
    list += talk.sent.substr(at + 9, 3) + " ";
  return list + (talk.open ? "open" : "closed");
}

/// Behind a body of every kind stands the next request, and nothing of the one is ever taken for
/// the other: whole, in every split, and byte by byte.
TEST(Framing, OneRequestNeverLeaksIntoTheNext) {
  const std::vector<Row> rows = {
      {"none", post("", ""), "405 200 open"},
      {"a length of zero", post("Content-Length: 0\r\n", ""), "405 200 open"},
      {"sized", post("Content-Length: 5\r\n", "hello"), "405 200 open"},
      {"sized, like a request", post("Content-Length: 27\r\n", kGet.substr(0, 27)), "405 200 open"},
      {"sized, of a GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
       "200 200 open"},
      {"sized, of a HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
       "200 200 open"},
      {"chunked", post(kChunked, "5\r\nhello\r\n0\r\n\r\n"), "405 200 open"},
      {"chunked, empty", post(kChunked, "0\r\n\r\n"), "405 200 open"},
      {"chunked, like a request", post(kChunked, "1b\r\n" + kGet + "\r\n0\r\n\r\n"),
       "405 200 open"},
      {"chunked, like its own end", post(kChunked, "5\r\n0\r\n\r\n\r\n0\r\n\r\n"), "405 200 open"},
      {"chunked, with all there is",
       post(kChunked, "1;a=\"b\"\r\nx\r\n02\r\nyz\r\n0;c\r\nX: y\r\nZ:\r\n\r\n"), "405 200 open"},
      {"chunked, of a GET", "GET / HTTP/1.1\r\nHost: a\r\n" + kChunked + "\r\n1\r\nx\r\n0\r\n\r\n",
       "200 200 open"},
      {"chunked, of OPTIONS",
       "OPTIONS * HTTP/1.1\r\nHost: a\r\n" + kChunked + "\r\n1\r\nx\r\n0\r\n\r\n", "204 200 open"},
      {"two of them", post(kChunked, "0\r\n\r\n") + post("Content-Length: 1\r\n", "x"),
       "405 405 200 open"},
      {"one empty line behind it", post("Content-Length: 1\r\n", "x\r\n"), "405 200 open"},
      // From here on nobody can know where the next request begins. So there is none.
      {"chunked, malformed", post(kChunked, "5\r\nhello!\r\n0\r\n\r\n"), "405 closed"},
      {"chunked, a bare LF", post(kChunked, "5\nhello\n0\n\n"), "405 closed"},
      {"chunked, a size that wraps", post(kChunked, "10000000000000000\r\n0\r\n\r\n"),
       "405 closed"},
      {"chunked, too large", post(kChunked, "c9\r\n" + std::string(201, 'x')), "405 closed"},
      {"chunked, too large in all",
       [] {
         std::string body;
         for (int i = 0; i < 40; ++i) body += "1\r\nx\r\n";
         return post(kChunked, body + "0\r\n\r\n");
       }(),
       "405 closed"},
      {"chunked, a length behind it", post(kChunked, "0\r\nContent-Length: 27\r\n\r\n"),
       "405 closed"},
      {"sized, too large", post("Content-Length: 201\r\n", std::string(201, 'x')), "413 closed"},
      {"sized, far too large", post("Content-Length: 9223372036854775807\r\n", "x"), "413 closed"},
      {"both", post("Content-Length: 5\r\n" + kChunked, "0\r\n\r\n"), "400 closed"},
      {"another coding", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "501 closed"},
      {"an expectation", post("Expect: 100-continue\r\n" + kChunked, "0\r\n\r\n"), "405 closed"},
      {"another expectation", post("Expect: tea\r\n", ""), "417 closed"},
  };
  fuzz::SmallSite small;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const std::string bytes = row.bytes + kGet;
    const fuzz::Talk whole = fuzz::converse(small.site, bytes);
    EXPECT_EQ(statuses(whole), row.expected);
    EXPECT_EQ(fuzz::check_conversation(small.site, bytes), "");
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      std::size_t next = cut;
      const fuzz::Talk split =
          fuzz::converse(small.site, bytes, [&] { return std::exchange(next, bytes.size()); });
      ASSERT_EQ(split, whole) << "cut after " << cut;
    }
  }
}

/// A refusal is made of what the server knows, and of nothing that the client wrote.
TEST(Framing, AnErrorEchoesNothing) {
  fuzz::SmallSite small;
  for (const char* bytes :
       {"GET /marker HTTP/1.1\r\nmarker : x\r\n\r\n", "GET /marker HTTP/9.9\r\nHost: a\r\n\r\n",
        "marker /marker HTTP/1.1\r\nHost: marker\r\n\r\n",
        "GET /%zzmarker HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\x01marker",
        "POST /marker HTTP/1.1\r\nHost: a\r\nExpect: marker\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: marker\r\n\r\n",
        "PUT /marker HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n"}) {
    const fuzz::Talk talk = fuzz::converse(small.site, bytes);
    EXPECT_EQ(talk.sent.find("marker"), std::string::npos) << talk.sent;
    EXPECT_EQ(talk.sent.find(small.files.root().string()), std::string::npos) << talk.sent;
    EXPECT_GE(talk.sent.substr(9, 3), "400");
  }
}

std::vector<std::pair<std::string, std::string>> corpus(const char* folder) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_dir() / "tests/fuzz/corpus" / folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(entry.path().filename().string(),
                       std::string(std::istreambuf_iterator<char>(file), {}));
  }
  EXPECT_GT(files.size(), 20u);
  return files;
}

/// What `make fuzz` checks of millions of inputs, of the few that it begins with.
TEST(Fuzz, FindsNothingInItsCorpus) {
  fuzz::SmallSite small;
  for (const auto& [name, bytes] : corpus("requests")) {
    EXPECT_EQ(fuzz::check_head(bytes), "") << name;
    EXPECT_EQ(fuzz::check_head(bytes, {.target = 20, .head = 100}), "") << name;
    EXPECT_EQ(fuzz::check_conversation(small.site, bytes), "") << name;
  }
  for (const auto& [name, bytes] : corpus("chunked")) {
    EXPECT_EQ(fuzz::check_chunked(bytes, 1 << 20), "") << name;
    EXPECT_EQ(fuzz::check_chunked(bytes, 30), "") << name;
  }
}

/// A check that finds nothing may be one that cannot.
TEST(Fuzz, WouldFindALeak) {
  fuzz::SmallSite small;
  const std::string two = post("Content-Length: 5\r\n", "hello") + kGet;
  fuzz::Talk talk = fuzz::converse(small.site, two);
  EXPECT_EQ(fuzz::check_answers(two, talk, small.site.settings), "");
  talk.sent += talk.sent.substr(talk.sent.rfind("HTTP/1.1"));
  EXPECT_EQ(fuzz::check_answers(two, talk, small.site.settings), "an answer to nothing");
  talk.open = false;
  EXPECT_NE(fuzz::check_answers(post(kChunked, "0\r\n\r\n"), talk, small.site.settings), "");
  Parsed parsed = parse(kGet);
  parsed.request.content_length = 5;
  EXPECT_EQ(fuzz::misread(kGet, parsed.request), "another length");
  EXPECT_EQ(fuzz::misread("GET / HTTP/1.1\r\nHost: a\n\r\n\r\n", parse(kGet).request),
            "a CR, an LF or a NUL inside of a line");
}

// --- In time --------------------------------------------------------------------------------

class FramingTest : public ::testing::Test {
 protected:
  static Settings settings() {
    Settings settings;
    settings.header_timeout = 10s;
    return settings;
  }
  /// Talks to one client to the end; how long that took.
  template <class Stream>
  Duration talk_to(Stream client) {
    Executor executor({.time = TimeMode::virtual_time});
    const Instant begin = executor.reactor().now();
    executor.block_on(handle_connection(std::move(client), site_));
    return executor.reactor().now() - begin;
  }
  /// A byte a second.
  static std::deque<Line> drips(const std::string& at_once, const std::string& bytes,
                                Duration pause = 1s) {
    std::deque<Line> script{{0s, at_once}};
    for (const char c : bytes) script.push_back({pause, {c}});
    return script;
  }

  SiteFolder folder_;
  Site site_{folder_.root().string(), settings()};
  Seen seen_;
};

/// The whole of a body has one time, wherever in it the client dawdles.
TEST_F(FramingTest, AByteASecondDoesNotKeepABodyAlive) {
  const std::string head = post(kChunked, "");
  const std::string letters(30, 'x');
  const std::vector<std::pair<std::string, std::string>> rows = {
      {head, "0000000000000005\r\nhello\r\n"},             // in a size
      {head + "5", ";a=" + letters + "\r\nhello\r\n"},     // in an extension
      {head + "1e\r\n", letters},                          // in the data
      {head + "1e\r\n" + letters, "\r\n5\r\nhello\r\n5"},  // behind the data
      {head, "1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n"},            // in one chunk after the other
      {head + "0\r\n", "X: " + letters},                   // in the trailers
      {post("Content-Length: 30\r\n", ""), letters},       // in a sized body
  };
  for (const auto& [at_once, bytes] : rows) {
    Seen seen;
    EXPECT_EQ(talk_to(MockStream(drips(at_once, bytes), seen)), 10s) << bytes;
    EXPECT_EQ(seen.sent.substr(0, 12), "HTTP/1.1 405") << bytes;
    EXPECT_EQ(seen.sent.find("HTTP/1.1", 1), std::string::npos) << "an answer to a part of a body";
  }
}

TEST_F(FramingTest, BehindABodyTheNextHeadHasAllItsTime) {
  std::deque<Line> script = drips(post(kChunked, ""), "0\r\nX:\r\n\r\n");  // nine seconds
  for (std::size_t i = 0; i < 9; ++i) script.push_back({1s, kGet.substr(3 * i, 3)});
  EXPECT_EQ(talk_to(MockStream(std::move(script), seen_)), 18s);
  EXPECT_NE(seen_.sent.find("HTTP/1.1 200"), std::string::npos) << seen_.sent;
}

TEST_F(FramingTest, ABodyInChunksThatGoesWrongEndsTheConnectionAndNotItsAnswer) {
  EXPECT_EQ(talk_to(MockStream(
                {{0s, post(kChunked, "5\r\nhe")}, {1s, "llo, world\r\n"}, {1s, kGet}}, seen_)),
            2s);
  EXPECT_TRUE(seen_.closed) << "without a linger, what is unread destroys the answer";
  EXPECT_EQ(seen_.sent.substr(0, 12), "HTTP/1.1 405");
  EXPECT_EQ(seen_.sent.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(FramingTest, ALingerWaitsASecondForASilentClient) {
  EXPECT_EQ(talk_to(MockStream({{0s, "nonsense\r\n\r\n"}}, seen_, MockStream::Then::stays_silent)),
            1s);
  EXPECT_EQ(talk_to(MockStream({{0s, "nonsense\r\n\r\n"}, {700ms, "x"}, {1100ms, "x"}}, seen_)),
            1700ms);
  EXPECT_TRUE(seen_.closed);
}

TEST_F(FramingTest, ALingerOutlastsAClientThatStillSends) {
  std::deque<Line> script{{0s, "nonsense\r\n\r\n"}};
  for (int i = 0; i < 9; ++i) script.push_back({900ms, std::string(200'000, 'x')});
  EXPECT_EQ(talk_to(MockStream(std::move(script), seen_)), 8100ms);
}

TEST_F(FramingTest, ALingerEndsAfterTenSecondsWhateverComes) {
  EXPECT_EQ(talk_to(MockStream(drips("nonsense\r\n\r\n", std::string(50, 'x'), 600ms), seen_)),
            10s);
}

/// A client that sends as fast as it can, until it has sent it all.
class Upload {
 public:
  Upload(std::string head, std::size_t& left, Seen& seen)
      : head_(std::move(head)), left_(&left), seen_(&seen) {}

  Poll<std::size_t> poll_read(Context&, std::span<char> buffer) {
    std::size_t n = head_.copy(buffer.data(), buffer.size());
    head_.erase(0, n);
    if (n > 0) return n;
    n = std::min(buffer.size(), *left_);
    std::fill_n(buffer.data(), n, 'x');
    *left_ -= n;
    return n;
  }
  Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) {
    seen_->sent.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) {
    seen_->closed = true;
    return Poll<void>::ready();
  }

 private:
  std::string head_;
  std::size_t* left_;
  Seen* seen_;
};

Async<> note_how_much_is_left(MockStream client, Site& site, const std::size_t& left,
                              std::size_t& then) {
  co_await handle_connection(std::move(client), site);
  then = left;
}

TEST_F(FramingTest, NobodyWaitsForALinger) {
  std::size_t left = 50'000'000, then = 0;
  Executor executor({.time = TimeMode::virtual_time});
  Seen greedy, quick;
  executor.spawn(
      handle_connection(Upload(post("Content-Length: 50000000\r\n", ""), left, greedy), site_));
  executor.spawn(note_how_much_is_left(MockStream({{0s, kGet}}, quick), site_, left, then));
  executor.run();
  EXPECT_GT(then, 49'000'000u) << "an upload that nobody wants kept the thread to itself";
  EXPECT_EQ(left, 0u);
  EXPECT_EQ(greedy.sent.substr(0, 12), "HTTP/1.1 413");
}

/// A linger with its stream, which goes when it goes.
struct WholeLinger {
  using Output = void;
  std::unique_ptr<MockStream> client;
  Linger<MockStream> linger;

  Poll<void> poll(Context& cx) { return linger.poll(cx); }
};

TEST_F(FramingTest, ALingerKeepsTheContract) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  test::expect_contract(
      [&] {
        auto client =
            std::make_unique<MockStream>(std::deque<Line>{}, seen_, MockStream::Then::stays_silent);
        Linger<MockStream> one = linger(*client);
        return test::subject(WholeLinger{std::move(client), std::move(one)}, [&] {
          if (!reactor.waiting().nothing()) reactor.wait();
        });
      },
      {.untouched = [&] { return reactor.waiting().nothing(); }});
}

/// Over real sockets, where a reset is one: the client reads nothing until it has sent all that the
/// server has refused at once.
TEST_F(FramingTest, ARefusalReachesAClientThatSendsFiftyMegabytesFirst) {
  const std::string piece(1'000'000, 'x');
  for (const Mode mode : {Mode::blocking, Mode::concurrent}) {
    Running running({.mode = mode, .root = folder_.root().string()});
    Client client(running.port());
    client.asks("/", "POST", "Content-Length: 50000000\r\n");
    for (int i = 0; i < 50; ++i) client.sends(piece);
    EXPECT_EQ(client.whole(), "413 413 Content Too Large\r\n") << name_of(mode);
    EXPECT_TRUE(client.at_end());
  }
}

}  // namespace framing_test
}  // namespace book::http
