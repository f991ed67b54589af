// "Send it only if ...", "send a part of it": dates, validators, conditions and ranges as tables,
// and then all of them together through a conversation.
#include "20_web_server/files/conditions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "17_io/http/date.h"
#include "20_web_server/files/byte_range.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/site.h"
#include "site_folder.h"

namespace book::http {
namespace conditions_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::time_t kThen = 784'111'777;   // Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::time_t kNow = 1'795'262'400;  // Sat, 21 Nov 2026 12:00:00 GMT

TEST(HttpDate, IsWrittenInEnglishAndInGreenwich) {
  EXPECT_EQ(http_date(kThen), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(kNow), "Sat, 21 Nov 2026 12:00:00 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(951'827'696), "Tue, 29 Feb 2000 12:34:56 GMT");
  EXPECT_EQ(http_date(253'402'300'799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(HttpDate, ReadsItsThreeForms) {
  struct Row {
    const char* text;
    std::time_t seconds;
  };
  for (const Row& row : std::vector<Row>{
           {"Sun, 06 Nov 1994 08:49:37 GMT", kThen},
           {"Sunday, 06-Nov-94 08:49:37 GMT", kThen},
           {"Sun Nov  6 08:49:37 1994", kThen},
           {"Sun Nov 06 08:49:37 1994", kThen},
           {"Mon, 06 Nov 1994 08:49:37 GMT", kThen},  // the wrong day: whoever wrote it meant this
           {"Wed Nov 16 08:49:37 1994", kThen + 864'000},
           {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
           {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
           {"Tue, 29 Feb 2000 12:34:56 GMT", 951'827'696},
           {"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799},
           {"Sat, 01 Jan 0000 00:00:00 GMT", -62'167'219'200},
           {"Fri, 30 Jun 1972 23:59:60 GMT", 78'796'800},  // a leap second
           // Two digits, read in 2026: 2076 is 50 years ahead, 2077 would be too far.
           {"Monday, 01-Jan-76 00:00:00 GMT", 3'345'062'400},
           {"Monday, 01-Jan-77 00:00:00 GMT", 220'924'800},
           {"Monday, 01-Jan-00 00:00:00 GMT", 946'684'800},
       })
    EXPECT_EQ(parse_http_date(row.text, kNow), std::optional(row.seconds)) << row.text;
}

TEST(HttpDate, IsNothingWhereItIsNone) {
  for (const std::string text : {
           "",
           " ",
           "now",
           "0",
           "784111777",
           "Sun, 06 Nov 1994 08:49:37",
           "Sun, 06 Nov 1994 08:49:37 UTC",
           "Sun, 06 Nov 1994 08:49:37 GMT ",
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 GMT; length=271",
           "Sun, 06 Nov 1994 08:49:37 +0000",
           "sun, 06 nov 1994 08:49:37 gmt",
           "Sun, 6 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun, 06 Nov 11994 08:49:37 GMT",
           "Sun,06 Nov 1994 08:49:37 GMT",
           "Sun, 06  Nov 1994 08:49:37 GMT",
           "Son, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nob 1994 08:49:37 GMT",
           "Sun, 06 November 1994 08:49:37 GMT",
           "Sunday, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06-Nov-94 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "Sun Nov 6 08:49:37 1994",
           "Sun Nov  6 08:49:37 94",
           "Sun Nov   6 08:49:37 1994",
           "Sun, 00 Nov 1994 08:49:37 GMT",
           "Sun, 31 Nov 1994 08:49:37 GMT",
           "Tue, 29 Feb 1900 00:00:00 GMT",
           "Tue, 29 Feb 2001 00:00:00 GMT",
           "Sun, 06 Nov 1994 24:00:00 GMT",
           "Sun, 06 Nov 1994 08:60:00 GMT",
           "Sun, 06 Nov 1994 08:49:61 GMT",
           "Sun, -6 Nov 1994 08:49:37 GMT",
           "Sun, +6 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:3\xb2 GMT",
           "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
       })
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  const std::string whole = "Sunday, 06-Nov-94 08:49:37 GMT";
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(parse_http_date(whole.substr(0, n), kNow), std::nullopt) << n << " bytes of it";
}

TEST(HttpDate, ReadsWhatItWrites) {
  std::mt19937_64 random(20);
  std::uniform_int_distribution<std::time_t> any(0, 253'402'300'799);
  for (int i = 0; i < 2000; ++i) {
    const std::time_t seconds = any(random);
    ASSERT_EQ(parse_http_date(http_date(seconds), kNow), std::optional(seconds));
  }
}

struct ::stat file(std::time_t modified, long ns, off_t size = 271) {
  struct ::stat st {};
  st.st_mtim = {modified, ns};
  st.st_size = size;
  return st;
}

TEST(Validators, AreStrongOnceASecondHasPassed) {
  const Validators old = validators_of(file(kThen, 5), {kThen + 1, 5});
  EXPECT_TRUE(old.is_strong());
  EXPECT_EQ(to_fields(old),
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"ae1b981bc490a05-10f\"\r\n");
  EXPECT_EQ(validators_of(file(kThen, 5), {kNow, 0}).etag, old.etag)
      << "it depends on the file alone";
  EXPECT_NE(validators_of(file(kThen, 6), {kNow, 0}).etag, old.etag);
  EXPECT_NE(validators_of(file(kThen, 5, 270), {kNow, 0}).etag, old.etag);
}

/// It can change once more, and look the same: then neither its tag nor its date may vouch for it.
TEST(Validators, OfAFileThatWasJustModifiedPromiseNothing) {
  const struct ::stat st = file(kThen, 500);
  for (const std::timespec now : {std::timespec{kThen, 500}, std::timespec{kThen, 999'999'999},
                                  std::timespec{kThen + 1, 0}, std::timespec{kThen + 1, 499}}) {
    const Validators young = validators_of(st, now);
    EXPECT_FALSE(young.is_strong());
    EXPECT_EQ(young.etag.substr(0, 3), "W/\"");
    EXPECT_LT(young.last_modified, now.tv_sec) << "this second is not over";
    EXPECT_EQ(young.modified, kThen);
    const std::string later = validators_of(st, {kNow, 0}).etag;
    EXPECT_NE(young.etag.substr(2), later) << "even a weak comparison must not find them equal";
  }
  EXPECT_NE(validators_of(st, {kThen, 600}).etag, validators_of(st, {kThen, 700}).etag);
}

TEST(Validators, AreNeverFromTheFuture) {
  const Validators future = validators_of(file(kNow, 0), {kThen, 0});
  EXPECT_EQ(future.last_modified, kThen - 1);
  const Validators far =
      validators_of(file(std::numeric_limits<std::time_t>::max(), 0), {kThen, 0});
  EXPECT_EQ(to_fields(far).substr(0, 44), "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT");
  const Validators early = validators_of(file(-5, 0), {kThen, 0});
  EXPECT_EQ(to_fields(early).substr(0, 44), "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT");
  const Validators first =
      validators_of(file(std::numeric_limits<std::time_t>::min(), 0), {kThen, 0});
  EXPECT_TRUE(first.is_strong());
  EXPECT_EQ(first.last_modified, 0);
}

/// Else it is never 304, and never resumed.
TEST(Validators, OfATimeThatWasSetIntoTheFutureAreStrongWhenThatWasDoneLongAgo) {
  struct ::stat st = file(kNow, 0);
  st.st_ctim = {kThen - 5, 0};
  const Validators set = validators_of(st, {kThen, 0});
  EXPECT_TRUE(set.is_strong());
  EXPECT_EQ(set.etag, validators_of(st, {kThen + 100, 0}).etag);
  st.st_ctim = {kThen, 0};
  EXPECT_FALSE(validators_of(st, {kThen, 500}).is_strong())
      << "it may change again and look the same";
  st = file(kThen + 1, 0);
  EXPECT_FALSE(validators_of(st, {kThen, 0}).is_strong()) << "another machine's clock, perhaps";
}

const std::string kDate = http_date(kThen), kEarlier = http_date(kThen - 1),
                  kLater = http_date(kThen + 1), kFuture = http_date(kNow + 1);

struct Row {
  std::string fields;
  Verdict strong;  ///< for a file with the tag "a-5"
  Verdict weak;    ///< for one with the tag W/"a-5", which was modified a moment ago
};

TEST(Conditions, AreEvaluatedInTheirOrder) {
  constexpr Verdict kSend = Verdict::send, kSame = Verdict::not_modified, kFailed = Verdict::failed;
  const Validators strong{"\"a-5\"", kThen, kThen}, weak{"W/\"a-5\"", kThen, kThen - 1};
  const std::vector<Row> rows = {
      {"", kSend, kSend},
      {"Host: a\r\nX-If-None-Match: *\r\n", kSend, kSend},

      {"If-None-Match: \"a-5\"\r\n", kSame, kSame},
      {"If-None-Match: W/\"a-5\"\r\n", kSame, kSame},  // weak comparison
      {"if-none-match:\t\"a-5\" \r\n", kSame, kSame},
      {"If-None-Match: *\r\n", kSame, kSame},
      {"If-None-Match: \"b\", W/\"c\",\"a-5\"\r\n", kSame, kSame},
      {"If-None-Match: , ,\"b\" ,, \"a-5\",\r\n", kSame, kSame},
      {"If-None-Match: \"b\"\r\nX: y\r\nIf-None-Match: \"a-5\"\r\n", kSame, kSame},
      {"If-None-Match: \"a,\", \"a-5\"\r\n", kSame, kSame},  // the comma is part of the tag
      {"If-None-Match: \"b\"\r\n", kSend, kSend},
      {"If-None-Match: \"a-5\r\n", kSend, kSend},
      {"If-None-Match: a-5\r\n", kSend, kSend},
      {"If-None-Match: w/\"a-5\"\r\n", kSend, kSend},
      {"If-None-Match: \"\"\r\n", kSend, kSend},
      {"If-None-Match: \"\r\n", kSend, kSend},
      {"If-None-Match: W/\r\n", kSend, kSend},
      {"If-None-Match:\r\n", kSend, kSend},
      {"If-None-Match: \"b\", *\r\n", kSend, kSend},
      {"If-None-Match: \"b\" \"a-5\"\r\n", kSend, kSend},
      {"If-None-Match: x, \"a-5\"\r\n", kSend, kSend},

      {"If-Modified-Since: " + kDate + "\r\n", kSame, kSend},
      {"If-Modified-Since: " + kLater + "\r\n", kSame, kSend},
      {"If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", kSame, kSend},
      {"If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n", kSame, kSend},
      {"If-Modified-Since: " + kEarlier + "\r\n", kSend, kSend},
      {"If-Modified-Since: " + kFuture + "\r\n", kSend, kSend},
      {"If-Modified-Since: yesterday\r\n", kSend, kSend},
      {"If-Modified-Since: \r\n", kSend, kSend},
      {"If-Modified-Since: " + kDate + "\r\nIf-Modified-Since: " + kDate + "\r\n", kSend, kSend},
      // Beside If-None-Match it does not count, whatever that one says.
      {"If-None-Match: \"b\"\r\nIf-Modified-Since: " + kDate + "\r\n", kSend, kSend},
      {"If-Modified-Since: " + kEarlier + "\r\nIf-None-Match: \"a-5\"\r\n", kSame, kSame},

      {"If-Match: \"a-5\"\r\n", kSend, kFailed},  // strong comparison: a weak tag is never the same
      {"If-Match: W/\"a-5\"\r\n", kFailed, kFailed},
      {"If-Match: *\r\n", kSend, kSend},
      {"If-Match: \"b\", \"a-5\"\r\n", kSend, kFailed},
      {"If-Match: \"b\"\r\nIf-Match: \"a-5\"\r\n", kSend, kFailed},
      {"If-Match: \"b\"\r\n", kFailed, kFailed},
      {"If-Match: nonsense\r\n", kFailed, kFailed},
      {"If-Match:\r\n", kFailed, kFailed},

      {"If-Unmodified-Since: " + kDate + "\r\n", kSend, kSend},
      {"If-Unmodified-Since: " + kFuture + "\r\n", kSend, kSend},
      {"If-Unmodified-Since: " + kEarlier + "\r\n", kFailed, kFailed},
      {"If-Unmodified-Since: never\r\n", kSend, kSend},
      {"If-Unmodified-Since: " + kEarlier + "\r\nIf-Unmodified-Since: x\r\n", kSend, kSend},
      // Beside If-Match it does not count.
      {"If-Unmodified-Since: " + kEarlier + "\r\nIf-Match: *\r\n", kSend, kSend},
      {"If-Unmodified-Since: " + kDate + "\r\nIf-Match: \"b\"\r\n", kFailed, kFailed},

      // First 412, then 304.
      {"If-None-Match: \"a-5\"\r\nIf-Match: \"b\"\r\n", kFailed, kFailed},
      {"If-None-Match: \"a-5\"\r\nIf-Match: *\r\n", kSame, kSame},
      {"If-Modified-Since: " + kDate + "\r\nIf-Unmodified-Since: " + kEarlier + "\r\n", kFailed,
       kFailed},
      {"If-Modified-Since: " + kDate + "\r\nIf-Unmodified-Since: " + kDate + "\r\n", kSame, kSend},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(evaluate(row.fields, strong, kNow), row.strong) << row.fields;
    EXPECT_EQ(evaluate(row.fields, weak, kNow), row.weak) << "just modified:\n" << row.fields;
  }
}

TEST(Conditions, IfRangeDecidesWhetherARangeCounts) {
  const Validators strong{"\"a-5\"", kThen, kThen}, weak{"W/\"a-5\"", kThen, kThen - 1};
  const std::string range = "Range: bytes=0-1\r\n";
  struct IfRange {
    std::string fields;
    bool counts;
  };
  const std::vector<IfRange> rows = {
      {range, true},
      {range + range, false},
      {"", false},
      {"If-Range: \"a-5\"\r\n", false},
      {range + "If-Range: \"a-5\"\r\n", true},
      {"If-Range: \"a-5\"\r\n" + range, true},
      {range + "If-Range: W/\"a-5\"\r\n", false},
      {range + "If-Range: \"b\"\r\n", false},
      {range + "If-Range: *\r\n", false},
      {range + "If-Range: \"a-5\", \"b\"\r\n", false},
      {range + "If-Range: \"a-5\"\r\nIf-Range: \"a-5\"\r\n", false},
      {range + "If-Range:\r\n", false},
      {range + "If-Range: " + kDate + "\r\n", true},
      {range + "If-Range: Sun Nov  6 08:49:37 1994\r\n", true},
      {range + "If-Range: " + kLater + "\r\n", false},  // exactly, not "since"
      {range + "If-Range: " + kEarlier + "\r\n", false},
      {range + "If-Range: today\r\n", false},
  };
  for (const IfRange& row : rows) {
    EXPECT_EQ(range_asked_for(row.fields, strong, kNow).has_value(), row.counts) << row.fields;
    const bool only_range = row.fields == range;
    EXPECT_EQ(range_asked_for(row.fields, weak, kNow).has_value(), only_range) << "just modified:\n"
                                                                               << row.fields;
  }
  EXPECT_EQ(range_asked_for(range, strong, kNow), "bytes=0-1");
}

TEST(ByteRange, IsOneOfThreeForms) {
  /// "first+size", "none" for 416, "ignored".
  auto ask = [](std::string_view field, std::uint64_t size) {
    const auto range = byte_range(field, size);
    if (!range) return "ignored"s;
    if (range->size == 0) return "none"s;
    return std::to_string(range->first) + "+" + std::to_string(range->size);
  };
  const std::string huge = "99999999999999999999999999";  // more than 64 bits
  const std::string most = "18446744073709551615";        // all of 64 bits
  auto twice = [](const std::string& number) {
    const std::string range = "bytes=" + number;
    return range + "-" + number;
  };
  struct Ask {
    std::string field, of_271, of_nothing;
  };
  for (const Ask& row : std::vector<Ask>{
           {"bytes=0-99", "0+100", "ignored"},
           {"bytes=0-0", "0+1", "ignored"},
           {"bytes=100-", "100+171", "ignored"},
           {"bytes=0-", "0+271", "ignored"},
           {"bytes=-50", "221+50", "ignored"},
           {"bytes=-271", "0+271", "ignored"},
           {"bytes=-900", "0+271", "ignored"},
           {"bytes=-0", "none", "ignored"},
           {"bytes=270-", "270+1", "ignored"},
           {"bytes=270-270", "270+1", "ignored"},
           {"bytes=270-900", "270+1", "ignored"},
           {"bytes=271-", "none", "ignored"},
           {"bytes=271-271", "none", "ignored"},
           {"bytes=0-270", "0+271", "ignored"},
           {"bytes=0-271", "0+271", "ignored"},
           {"bytes=0-" + huge, "0+271", "ignored"},
           {"bytes=0-" + most, "0+271", "ignored"},
           {"bytes=1-" + most, "1+270", "ignored"},
           {"bytes=-" + huge, "0+271", "ignored"},
           {"bytes=-" + most, "0+271", "ignored"},
           {"bytes=" + huge + "-", "none", "ignored"},
           {twice(most), "none", "ignored"},
           {twice(huge), "none", "ignored"},
           {"bytes=" + huge + "-1", "ignored", "ignored"},
           {"bytes=" + huge + "-" + most, "ignored", "ignored"},
           {"bytes=" + most + "-0" + huge, "none", "ignored"},
           {"bytes=0000-0001", "0+2", "ignored"},
           {"Bytes=0-99", "0+100", "ignored"},
           {"bytes= 0-99\t", "0+100", "ignored"},
           {"bytes=5-4", "ignored", "ignored"},
           {"bytes=0-1,3-4", "ignored", "ignored"},
           {"bytes=0-1,", "ignored", "ignored"},
           {"bytes=", "ignored", "ignored"},
           {"bytes=-", "ignored", "ignored"},
           {"bytes", "ignored", "ignored"},
           {"bytes=1", "ignored", "ignored"},
           {"bytes=--1", "ignored", "ignored"},
           {"bytes=+1-2", "ignored", "ignored"},
           {"bytes=1-+2", "ignored", "ignored"},
           {"bytes=1 - 2", "ignored", "ignored"},
           {"bytes=a-b", "ignored", "ignored"},
           {"bytes=0x1-2", "ignored", "ignored"},
           {"bytes=1-2x", "ignored", "ignored"},
           {"bytes =0-1", "ignored", "ignored"},
           {"bytes 0-1", "ignored", "ignored"},
           {"lines=1-2", "ignored", "ignored"},
           {"byte=0-1", "ignored", "ignored"},
           {"", "ignored", "ignored"},
       }) {
    EXPECT_EQ(ask(row.field, 271), row.of_271) << row.field;
    EXPECT_EQ(ask(row.field, 0), row.of_nothing) << row.field << " of an empty file";
  }
  EXPECT_EQ(ask("bytes=0-" + most, std::numeric_limits<std::uint64_t>::max()), "0+" + most);
}

/// What one connection is sent for these bytes, given in pieces of so many.
std::string talk(Site& site, std::string_view bytes, std::size_t piece = 4096) {
  Conversation conversation(site.http);
  std::string sent;
  while (!bytes.empty()) {
    const std::span<char> room = conversation.room();
    const std::size_t n = bytes.copy(room.data(), std::min(room.size(), piece));
    conversation.received(n);
    bytes.remove_prefix(n);
    Next next;
    do {
      next = conversation.advance(Instant(1h));
      sent += conversation.output();
      if (!conversation.output().empty()) conversation.sent(conversation.output().size());
    } while (next.action == Next::yield);
    if (next.action != Next::read) break;
  }
  return sent;
}

/// "200 hello", "304": what a client takes the bytes for.
std::vector<std::string> answers(const std::string& sent) {
  std::vector<std::string> list;
  for (std::size_t at = 0; at < sent.size();) {
    const std::size_t body = sent.find("\r\n\r\n", at) + 4;
    const std::string head = sent.substr(at, body - at), status = head.substr(9, 3);
    const std::size_t field = head.find("Content-Length: ");
    const std::size_t length = status == "304" || field == head.npos
                                   ? 0
                                   : std::stoul(head.substr(field + "Content-Length: "s.size()));
    list.push_back(length == 0 ? status : status + " " + sent.substr(body, length));
    at = body + length;
  }
  return list;
}
using List = std::vector<std::string>;

/// One small file, which is kept, and a large one, which is streamed; both old.
class ConditionalGetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < large_.size(); ++i) large_[i] = static_cast<char>('a' + i % 26);
    folder_.write("small.txt", "0123456789");
    folder_.write("large.txt", large_);
    for (const char* name : {"small.txt", "large.txt", "404.html", "hello.html"})
      folder_.set_modified(name, kThen);
  }
  static std::string get(const std::string& path, const std::string& fields = "",
                         const std::string& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  }
  std::string tag(const std::string& path) {
    const std::string head = talk(site_, get(path, "", "HEAD"));
    const std::size_t at = head.find("ETag: ") + 6;
    return head.substr(at, head.find("\r\n", at) - at);
  }

  SiteFolder folder_;
  std::string large_ = std::string(150'000, '\0');
  const std::string log_ = (folder_.base() / "access.log").string();
  Settings with_log() const {
    Settings settings;
    settings.access_log = log_;
    return settings;
  }
  Site site_{folder_.root().string(), with_log()};
};

TEST_F(ConditionalGetTest, TellsTheValidatorsOfEachFile) {
  const std::string date = "Last-Modified: " + kDate + "\r\n";
  for (const std::string path : {"/small.txt", "/large.txt", "/"}) {
    const std::string head = talk(site_, get(path, "", "HEAD"));
    EXPECT_NE(head.find("\r\n" + date + "ETag: \""), head.npos) << head;
    EXPECT_NE(head.find("\r\nAccept-Ranges: bytes\r\n"), head.npos) << head;
  }
  EXPECT_NE(tag("/small.txt"), tag("/large.txt"));
  const std::string missing = talk(site_, get("/missing"));
  EXPECT_EQ(answers(missing), List{"404 not here"});
  for (const char* field : {"Last-Modified", "ETag", "Accept-Ranges"})
    EXPECT_EQ(missing.find(field), missing.npos) << "nobody is to keep this page:\n" << missing;
}

TEST_F(ConditionalGetTest, ANotModifiedIsAHeadThatNamesTheCopy) {
  for (const std::string path : {"/small.txt", "/large.txt"}) {
    const std::string sent = talk(site_, get(path, "If-None-Match: " + tag(path) + "\r\n"));
    EXPECT_EQ(sent, "HTTP/1.1 304 Not Modified\r\n" + std::string(site_.http.date.at(Instant(1h))) +
                        "Last-Modified: " + kDate + "\r\nETag: " + tag(path) + "\r\n\r\n");
  }
}

/// Between two plain requests, whole and byte by byte: no answer is taken for part of another.
TEST_F(ConditionalGetTest, LeavesTheFramingOfTheNextRequestAlone) {
  struct Case {
    std::string path, fields, method, answer;
  };
  const std::string part = "Range: bytes=2-4\r\n", none = "Range: bytes=999999-\r\n",
                    same = "If-Modified-Since: " + kDate + "\r\n", small = "/small.txt",
                    large = "/large.txt", failed = "If-Match: \"other\"\r\n",
                    long_part = "Range: bytes=1000-140999\r\n",
                    no_range = "416 416 Range Not Satisfiable\r\n",
                    no_match = "412 412 Precondition Failed\r\n";
  const std::vector<Case> cases = {
      {small, part, "GET", "206 234"},
      {small, "Range: bytes=-1\r\n", "GET", "206 9"},
      {small, "Range: bytes=8-99\r\n", "GET", "206 89"},
      {small, "Range: bytes=0-\r\n", "GET", "206 0123456789"},
      {small, "Range: bytes=1-2,4-5\r\n", "GET", "200 0123456789"},
      {small, "Range: lines=1-2\r\n", "GET", "200 0123456789"},
      {small, none, "GET", no_range},
      {small, same, "GET", "304"},
      {small, same + part, "GET", "304"},
      {small, failed + part + same, "GET", no_match},
      {small, part + "If-Range: " + tag(small) + "\r\n", "GET", "206 234"},
      {small, part + "If-Range: " + tag(large) + "\r\n", "GET", "200 0123456789"},
      {small, none + "If-Range: \"other\"\r\n", "GET", "200 0123456789"},
      {small, none + "If-Range: " + kDate + "\r\n", "GET", no_range},
      {large, part, "GET", "206 cde"},
      {large, "Range: bytes=149999-\r\n", "GET", "206 " + large_.substr(149'999)},
      {large, "Range: bytes=-3\r\n", "GET", "206 " + large_.substr(149'997)},
      {large, long_part, "GET", "206 " + large_.substr(1000, 140'000)},
      {large, none, "GET", no_range},
      {large, same, "GET", "304"},
      {large, failed, "GET", no_match},
      {large, "If-Match: " + tag(large) + "\r\n" + part, "GET", "206 cde"},
      // What would not be a 200 is not asked for its validators.
      {"/missing", "If-None-Match: *\r\n" + part + failed, "GET", "404 not here"},
      {"/missing", same, "GET", "404 not here"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path + "\n" + c.fields);
    const List expected{"200 hello", c.answer, "200 0123456789"};
    const std::string bytes = get("/") + get(c.path, c.fields, c.method) + get(small);
    EXPECT_EQ(answers(talk(site_, bytes)), expected);
    EXPECT_EQ(answers(talk(site_, bytes, 1)), expected) << "byte by byte";
    std::string old = bytes;
    for (std::size_t at = 0; (at = old.find("HTTP/1.1", at)) != old.npos;)
      old.replace(at, 8, "HTTP/1.0").insert(at + 8, "\r\nConnection: keep-alive");
    EXPECT_EQ(answers(talk(site_, old)), expected) << "HTTP/1.0";
  }
}

TEST_F(ConditionalGetTest, AHeadOfAPartIsTheHeadOfTheWhole) {
  for (const std::string path : {"/small.txt", "/large.txt"}) {
    const std::string whole = talk(site_, get(path, "", "HEAD"));
    EXPECT_EQ(talk(site_, get(path, "Range: bytes=0-1\r\n", "HEAD")), whole);
    EXPECT_EQ(talk(site_, get(path, "Range: bytes=999999-\r\n", "HEAD")), whole);
    const std::string same =
        talk(site_, get(path, "If-Modified-Since: " + kDate + "\r\n", "HEAD") + get("/"));
    EXPECT_EQ(answers(same), (List{"304", "200 hello"}));
    const std::string failed = talk(site_, get(path, "If-Match: \"b\"\r\n", "HEAD"));
    EXPECT_EQ(failed.substr(0, 12), "HTTP/1.1 412");
    EXPECT_EQ(failed.find("\r\n\r\n") + 4, failed.size()) << "no body for a HEAD";
  }
}

TEST_F(ConditionalGetTest, APartSaysWhichPartItIs) {
  const std::string part = talk(site_, get("/large.txt", "Range: bytes=26-51\r\n"));
  const std::string head = part.substr(0, part.find("\r\n\r\n") + 2);
  for (const std::string& field :
       {"HTTP/1.1 206 Partial Content\r\n"s, "\r\nDate: "s,
        "\r\nContent-Type: text/plain; charset=utf-8\r\n"s,
        "\r\nContent-Range: bytes 26-51/150000\r\n"s, "\r\nContent-Length: 26\r\n"s,
        "\r\nLast-Modified: " + kDate + "\r\n", "\r\nETag: " + tag("/large.txt") + "\r\n"})
    EXPECT_NE(head.find(field), head.npos) << field << "is missing in\n" << head;
  const std::string none = talk(site_, get("/small.txt", "Range: bytes=10-\r\n"));
  EXPECT_NE(none.find("\r\nContent-Range: bytes */10\r\n"), none.npos) << none;
}

TEST_F(ConditionalGetTest, WritesIntoTheLogWhatWasSent) {
  talk(site_,
       get("/large.txt", "Range: bytes=5-14\r\n") + get("/large.txt", "If-None-Match: *\r\n") +
           get("/large.txt", "If-Match: \"b\"\r\n") + get("/small.txt", "Range: bytes=10-\r\n") +
           get("/small.txt", "Range: bytes=10-\r\n", "HEAD"));
  std::ifstream file(log_);
  std::vector<std::string> ends;
  for (std::string line; std::getline(file, line);)
    ends.push_back(line.substr(line.find("HTTP/1.1\" ") + 10));
  EXPECT_EQ(ends, (List{"206 10", "304 -", "412 25", "416 27", "200 -"}));
}

TEST_F(ConditionalGetTest, EachAnswerAboutAFileSaysHowLongItMayBeKept) {
  Settings settings;
  settings.cache_control = "max-age=60";
  Site site(folder_.root().string(), settings);
  const std::string field = "\r\nCache-Control: max-age=60\r\n";
  for (const char* condition : {"", "If-None-Match: *\r\n", "Range: bytes=0-1\r\n"}) {
    const std::string sent = talk(site, get("/small.txt", condition));
    EXPECT_NE(sent.find(field), sent.npos) << sent;
  }
  for (const std::string& request : {get("/missing"), get("/small.txt", "If-Match: \"b\"\r\n")}) {
    const std::string sent = talk(site, request);
    EXPECT_EQ(sent.find("Cache-Control"), sent.npos) << sent;
  }
}

TEST_F(ConditionalGetTest, AFileThatWasJustModifiedIsSentAgain) {
  folder_.set_modified("small.txt", std::time(nullptr) + 3600);  // and will be so for an hour
  const std::string weak = tag("/small.txt");
  EXPECT_EQ(weak.substr(0, 3), "W/\"");
  const std::string head = talk(site_, get("/small.txt", "", "HEAD"));
  const std::size_t at = head.find("Last-Modified: ") + 15;
  const auto told = parse_http_date(head.substr(at, 29), kNow);
  ASSERT_TRUE(told) << head;
  EXPECT_LE(*told, std::time(nullptr));
  const std::string since = "If-Modified-Since: " + head.substr(at, 29) + "\r\n";
  EXPECT_EQ(answers(talk(site_, get("/small.txt", since))), List{"200 0123456789"});
  EXPECT_EQ(
      answers(talk(site_, get("/small.txt", "Range: bytes=0-1\r\nIf-Range: " + weak + "\r\n"))),
      List{"200 0123456789"});
  EXPECT_EQ(answers(talk(site_, get("/small.txt", "If-None-Match: " + weak + "\r\n"))), List{"304"})
      << "these very bytes are still kept";
}

}  // namespace conditions_test
}  // namespace book::http
