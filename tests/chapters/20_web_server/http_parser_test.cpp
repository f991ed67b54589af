// The parser as a table: what goes in, what comes out, whole and in every split.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "17_io/http/fields.h"
#include "17_io/http/request_head.h"
#include "17_io/http/scan.h"

namespace book::http {
namespace http_parser_test {

using namespace std::string_literals;
using Kind = Parsed::Kind;

/// Feeds `bytes` as the connection would: one more each time, until the parser has made up its
/// mind.
Parsed feed_byte_by_byte(const std::string& bytes, const Limits& limits = {}) {
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    Parsed parsed = parse(std::string_view(bytes).substr(0, n), limits);
    if (parsed.kind != Kind::need_more) return parsed;
  }
  return {};
}

/// "GET /a 1.1 keep 0 42": everything that the server's behaviour hangs on, as a text to compare.
std::string describe(const Parsed& parsed) {
  if (parsed.kind == Kind::need_more) return "need more";
  if (parsed.kind == Kind::error) return std::to_string(parsed.status);
  const Request& r = parsed.request;
  return std::string(r.method) + " " + std::string(r.path) + (r.http_1_0 ? " 1.0" : " 1.1") +
         (r.keep_alive ? " keep" : " close") + " body " +
         (r.chunked ? "in chunks" : std::to_string(r.content_length)) +
         (r.expects_continue ? " expects" : "") + " head " + std::to_string(r.head_size);
}

struct Row {
  const char* what;
  std::string bytes;
  std::string expected;  ///< as describe() puts it; the "head N" part is added when it is missing
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    std::string expected = row.expected;
    if (expected.find(" body ") != std::string::npos &&
        expected.find(" head ") == std::string::npos)
      expected += " head " + std::to_string(row.bytes.size());
    EXPECT_EQ(describe(parse(row.bytes)), expected);
    EXPECT_EQ(describe(feed_byte_by_byte(row.bytes)), expected) << "(fed byte by byte)";
    // Once decided, whatever follows changes nothing.
    if (expected != "need more") {
      EXPECT_EQ(describe(parse(row.bytes + "GET / HTTP/1.1\r\n\r\n")), expected) << "(more behind)";
    }
  }
}

const std::string kHost = "Host: localhost\r\n";

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

TEST(HttpParser, ReadsTheRequestsOfRealClients) {
  check({
      {"wrk", "GET / HTTP/1.1\r\nHost: 127.0.0.1:7878\r\n\r\n", "GET / 1.1 keep body 0"},
      {"curl",
       "GET /sleep HTTP/1.1\r\nHost: localhost:7878\r\nUser-Agent: curl/7.88.1\r\nAccept: "
       "*/*\r\n\r\n",
       "GET /sleep 1.1 keep body 0"},
      {"ab", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: localhost\r\n\r\n",
       "GET / 1.0 keep body 0"},
      {"a browser",
       "GET /img/a%20b.png?v=2 HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent: Mozilla/5.0 (X11; Linux "
       "x86_64)\r\n"
       "Accept: text/html,application/xhtml+xml;q=0.9\r\nAccept-Language: en-US,en;q=0.5\r\n"
       "Cookie: name=\"va lue\"; \xc3\xa9t\xc3\xa9=1\r\nConnection: keep-alive\r\n\r\n",
       "GET /img/a%20b.png 1.1 keep body 0"},
  });
}

TEST(HttpParser, AsksForMoreUntilTheHeadIsWhole) {
  const std::string whole = "GET /a HTTP/1.1\r\nHost: b\r\nAccept: c\r\n\r\n";
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(describe(parse(std::string_view(whole).substr(0, n))), "need more")
        << "after " << n << " bytes";
  EXPECT_EQ(describe(parse(whole)), "GET /a 1.1 keep body 0 head " + std::to_string(whole.size()));
}

TEST(HttpParser, LeavesThePipelinedRequestBehindUntouched) {
  const std::string first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n",
                    second = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string both = first + second;
  EXPECT_EQ(describe(parse(both)), "GET /1 1.1 keep body 0 head " + std::to_string(first.size()));
  EXPECT_EQ(describe(parse(std::string_view(both).substr(first.size()))),
            "GET /2 1.1 keep body 0 head " + std::to_string(second.size()));
}

TEST(HttpParser, ForgivesOneEmptyLineBeforeTheRequest) {
  check({{"one", "\r\n" + get(""), "GET / 1.1 keep body 0"}, {"two", "\r\n\r\n" + get(""), "400"}});
}

TEST(HttpParser, DecidesAboutKeepingTheConnection) {
  const std::string old = "GET / HTTP/1.0\r\n";
  check({
      {"1.1 keeps", get(""), "GET / 1.1 keep body 0"},
      {"1.1 close", get("Connection: close\r\n"), "GET / 1.1 close body 0"},
      {"in any case", get("cONNECTION: CLOSE\r\n"), "GET / 1.1 close body 0"},
      {"in a list", get("Connection: upgrade ,\tClose\r\n"), "GET / 1.1 close body 0"},
      {"in a second field", get("Connection: upgrade\r\nConnection: close\r\n"),
       "GET / 1.1 close body 0"},
      {"close wins", get("Connection: close, keep-alive\r\n"), "GET / 1.1 close body 0"},
      {"a part of a word is no word", get("Connection: not-close\r\n"), "GET / 1.1 keep body 0"},
      {"empty list", get("Connection: ,, ,\r\n"), "GET / 1.1 keep body 0"},
      {"1.0 closes", old + "\r\n", "GET / 1.0 close body 0"},
      {"1.0 keep-alive", old + "Connection: keep-alive\r\n\r\n", "GET / 1.0 keep body 0"},
  });
}

TEST(HttpParser, TakesTheForcedSpellingsOfATarget) {
  check({
      {"query", "GET /a?b=/../c HTTP/1.1\r\n" + kHost + "\r\n", "GET /a 1.1 keep body 0"},
      {"absolute", "GET http://host:80/a/b?c HTTP/1.1\r\n" + kHost + "\r\n",
       "GET /a/b 1.1 keep body 0"},
      {"absolute, in capitals", "GET HTTP://host/x HTTP/1.1\r\n" + kHost + "\r\n",
       "GET /x 1.1 keep body 0"},
      {"absolute without a path", "GET http://host HTTP/1.1\r\n" + kHost + "\r\n",
       "GET / 1.1 keep body 0"},
      {"absolute, query only", "GET http://host?q HTTP/1.1\r\n" + kHost + "\r\n",
       "GET / 1.1 keep body 0"},
      {"absolute without a host", "GET http:///x HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"absolute, a port alone", "GET http://:80/x HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"absolute, with a user", "GET http://me@host/x HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"absolute, with a backslash", "GET http://a\\b/x HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"asterisk of OPTIONS", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n",
       "OPTIONS * 1.1 keep body 0"},
      {"the host of CONNECT", "CONNECT host:443 HTTP/1.1\r\n" + kHost + "\r\n",
       "CONNECT host:443 1.1 keep body 0"},
      {"a path of CONNECT", "CONNECT /a HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"a port of CONNECT alone", "CONNECT :443 HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"asterisk of GET", "GET * HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"another scheme", "GET ftp://host/ HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"no slash", "GET index.html HTTP/1.1\r\n" + kHost + "\r\n", "400"},
      {"a fragment", "GET /a#b HTTP/1.1\r\n" + kHost + "\r\n", "400"},
  });
}

TEST(HttpParser, RefusesMalformedRequestLines) {
  const std::string rest = "\r\n" + kHost + "\r\n";
  check({
      {"no HTTP at all", "hello there\r\n", "400"},
      {"TLS", "\x16\x03\x01\x02\x00\x01"s, "400"},
      {"an empty method", " / HTTP/1.1" + rest, "400"},
      {"two spaces", "GET  / HTTP/1.1" + rest, "400"},
      {"a space too many before the version", "GET /  HTTP/1.1" + rest, "400"},
      {"a space at the end", "GET / HTTP/1.1 " + rest, "400"},
      {"a tab", "GET\t/ HTTP/1.1" + rest, "400"},
      {"no target", "GET HTTP/1.1" + rest, "400"},
      {"no version (HTTP/0.9)", "GET /" + rest, "400"},
      {"lower case version", "GET / http/1.1" + rest, "400"},
      {"version cut short", "GET / HTTP/1" + rest, "400"},
      {"version too long", "GET / HTTP/1.10" + rest, "400"},
      {"version without a number", "GET / HTTP/x.1" + rest, "400"},
      {"a bracket in the method", "G(T / HTTP/1.1" + rest, "400"},
      {"a method without end", std::string(40, 'A'), "400"},
      {"NUL in the target", "GET /\0 HTTP/1.1"s + rest, "400"},
      {"DEL in the target", "GET /\x7f HTTP/1.1" + rest, "400"},
      {"a raw byte above ASCII", "GET /\xc3\xa9 HTTP/1.1" + rest, "400"},
      {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", "400"},
      {"bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n", "400"},
      {"an absolute target without a host behind the user", "GET http://@/ HTTP/1.1" + rest, "400"},
      {"a colon in the method", "GET: / HTTP/1.1" + rest, "400"},
      {"a field where the line should be", kHost + "\r\n", "400"},
      {"a form feed", "GET\f/\fHTTP/1.1" + rest, "400"},
      {"a vertical tab before the version", "GET / \x0bHTTP/1.1" + rest, "400"},
      {"a byte order mark", "\xef\xbb\xbfGET / HTTP/1.1" + rest, "400"},
      {"a sign in the version", "GET / HTTP/+1.1" + rest, "400"},
      {"a comma in the version", "GET / HTTP/1,1" + rest, "400"},
      {"two digits before the dot", "GET / HTTP/01.1" + rest, "400"},
      {"another protocol", "GET / ICAP/1.1" + rest, "400"},
      {"a request in the target", "GET /\r\nHost: a\r\n\r\nGET / HTTP/1.1" + rest, "400"},
      {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400"},
  });
}

TEST(HttpParser, SaysWhichVersionsItKnows) {
  check({
      {"2.0", "GET / HTTP/2.0\r\n", "505"},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
      {"0.9", "GET / HTTP/0.9\r\n", "505"},
      {"a later 1.x is read as 1.1", "GET / HTTP/1.9\r\n" + kHost + "\r\n",
       "GET / 1.1 keep body 0"},
  });
}

TEST(HttpParser, RefusesMalformedFields) {
  check({
      {"space before the colon", get("Accept : a\r\n"), "400"},
      {"folded line", get("Accept: a\r\n b\r\n"), "400"},
      {"folded with a tab", get("Accept: a\r\n\tb\r\n"), "400"},
      {"folded into nothing", get("Accept: a\r\n \r\n"), "400"},
      {"folded host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", "400"},
      {"tab before the colon", get("Accept\t: a\r\n"), "400"},
      {"first line begins with a tab", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "400"},
      {"a bracket in a name", get("Acc(ept: a\r\n"), "400"},
      {"a byte above ASCII in a name", get("Acc\xe9pt: a\r\n"), "400"},
      {"a second request behind a bare LF", get("X: y\n\nGET /a HTTP/1.1\r\n"), "400"},
      {"a second request behind a bare CR", get("X: y\r\rGET /a HTTP/1.1\r\n"), "400"},
      {"first line begins with a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400"},
      {"no name", get(": a\r\n"), "400"},
      {"no colon", get("Accept\r\n"), "400"},
      {"NUL in a name", get("Acc\0ept: a\r\n"s), "400"},
      {"NUL in a value", get("Accept: a\0b\r\n"s), "400"},
      {"a control character in a long value", get("Accept: 0123456789012345678901234567\x01\r\n"),
       "400"},
      {"DEL in a value", get("Accept: a\x7f\r\n"), "400"},
      {"bare LF after a value", get("Accept: a\n"), "400"},
      {"bare CR in a value", get("Accept: a\rb\r\n"), "400"},
      {"bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400"},
      {"CR and no LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rx", "400"},
      {"a tab is text", get("Accept: 01234567\t9\t\t\t  01234567\r\n"), "GET / 1.1 keep body 0"},
      {"bytes above ASCII are text", get("X: \x80\xff\r\n"), "GET / 1.1 keep body 0"},
      {"an empty value", get("Accept:\r\n"), "GET / 1.1 keep body 0"},
      {"blanks alone", get("Accept: \t \r\n"), "GET / 1.1 keep body 0"},
  });
}

TEST(HttpParser, WantsOneHost) {
  check({
      {"none in 1.1", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"none in 1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close body 0"},
      {"none, but one with another name", "GET / HTTP/1.1\r\nHost2: a\r\n\r\n", "400"},
      {"none beside an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", "400"},
      {"two", get(kHost), "400"},
      {"two, one in capitals", get("HOST: b\r\n"), "400"},
      {"two, one empty", get("Host:\r\n"), "400"},
      {"name cut by a space", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"},
      {"a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400"},
      {"with a query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", "400"},
      {"with a fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", "400"},
      {"with a scheme", "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", "400"},
      {"above ASCII", "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", "400"},
      {"two in 1.0", "GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n", "400"},
      {"empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep body 0"},
      {"with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"},
      {"with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400"},
      {"with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400"},
      {"with a port", "GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", "GET / 1.1 keep body 0"},
      {"an address", "GET / HTTP/1.1\r\nHost: [2001:db8::7]\r\n\r\n", "GET / 1.1 keep body 0"},
      {"a port that is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400"},
      {"two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "400"},
      {"an address without its end", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400"},
      {"something after the address", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", "400"},
      {"a bracket inside", "GET / HTTP/1.1\r\nHost: a]b\r\n\r\n", "400"},
  });
}

TEST(HttpParser, ReadsContentLength) {
  check({
      {"zero", get("Content-Length: 0\r\n"), "GET / 1.1 keep body 0"},
      {"some", get("content-length:  \t42 \r\n"), "GET / 1.1 keep body 42"},
      {"leading zeros", get("Content-Length: 007\r\n"), "GET / 1.1 keep body 7"},
      {"the most", get("Content-Length: 9223372036854775807\r\n"),
       "GET / 1.1 keep body 9223372036854775807"},
      {"expected", get("Content-Length: 5\r\nExpect: 100-Continue\r\n"),
       "GET / 1.1 keep body 5 expects"},
      {"one digit", get("Content-Length: 5\r\n"), "GET / 1.1 keep body 5"},
  });
}

TEST(HttpParser, RejectsTwoDifferingContentLengths) {
  check({
      {"differing", get("Content-Length: 5\r\nContent-Length: 6\r\n"), "400"},
      {"equal", get("Content-Length: 5\r\nContent-Length: 5\r\n"), "400"},
      {"far apart", get("Content-Length: 0\r\nAccept: a\r\nCONTENT-LENGTH: 44\r\n"), "400"},
      {"the second one behind a bare LF", get("Content-Length: 5\nContent-Length: 6\r\n"), "400"},
      {"the second one folded", get("Content-Length: 5\r\n 6\r\n"), "400"},
      {"one empty", get("Content-Length: 5\r\nContent-Length:\r\n"), "400"},
      {"a list", get("Content-Length: 5, 5\r\n"), "400"},
      {"a list without blanks", get("Content-Length: 5,6\r\n"), "400"},
      {"a list with an end to come", get("Content-Length: 5,\r\n"), "400"},
  });
}

TEST(HttpParser, RejectsLengthsThatAreNoPlainNumber) {
  check({
      {"empty", get("Content-Length:\r\n"), "400"},
      {"plus", get("Content-Length: +5\r\n"), "400"},
      {"minus", get("Content-Length: -5\r\n"), "400"},
      {"hex", get("Content-Length: 0x5\r\n"), "400"},
      {"hex without a sign of it", get("Content-Length: a\r\n"), "400"},
      {"an exponent", get("Content-Length: 1e1\r\n"), "400"},
      {"an underscore", get("Content-Length: 1_0\r\n"), "400"},
      {"in quotes", get("Content-Length: \"5\"\r\n"), "400"},
      {"with a parameter", get("Content-Length: 5;a\r\n"), "400"},
      {"behind a vertical tab",
       get("Content-Length: \x0b"
           "5\r\n"),
       "400"},
      {"before a NUL",
       get("Content-Length: 5\0"
           "0\r\n"s),
       "400"},
      {"digits of another script", get("Content-Length: \xd9\xa5\r\n"), "400"},
      {"name cut by a space", get("Content-Length : 5\r\n"), "400"},
      {"a space inside", get("Content-Length: 1 0\r\n"), "400"},
      {"a fraction", get("Content-Length: 5.0\r\n"), "400"},
      {"one too much for 63 bits", get("Content-Length: 9223372036854775808\r\n"), "400"},
      {"one that wraps around 64 bits", get("Content-Length: 18446744073709551621\r\n"), "400"},
      {"many digits",
       get("Content-Length: 000000000000000000000000000000000000099999999999999999999\r\n"), "400"},
  });
}

TEST(HttpParser, KnowsOneExpectation) {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  const std::string old = "POST / HTTP/1.0\r\n";
  check({
      {"in any case", get("Content-Length: 5\r\nexpect: 100-Continue\r\n"),
       "GET / 1.1 keep body 5 expects"},
      {"of a body in chunks", get("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"),
       "GET / 1.1 keep body in chunks expects"},
      {"in 1.0 it means nothing", old + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
       "POST / 1.0 close body 5"},
      {"another one", post + "Expect: tea\r\n\r\n", "417"},
      {"another one in 1.0", old + "Expect: tea\r\n\r\n", "417"},
      {"a list", post + "Expect: 100-continue, tea\r\n\r\n", "417"},
      {"another one behind it", post + "Expect: 100-continue\r\nExpect: tea\r\n\r\n", "417"},
      {"none", post + "Expect:\r\n\r\n", "417"},
      {"with a parameter", post + "Expect: 100-continue;q=1\r\n\r\n", "417"},
      {"a part of the word", post + "Expect: 100-continu\r\n\r\n", "417"},
  });
}

TEST(HttpParser, KnowsOneTransferCoding) {
  check({
      {"chunked", get("Transfer-Encoding: chunked\r\n"), "GET / 1.1 keep body in chunks"},
      {"in any case", get("tRANSFER-eNCODING:\t CHUNKED \r\n"), "GET / 1.1 keep body in chunks"},
      {"an unknown coding", get("Transfer-Encoding: xchunked\r\n"), "501"},
      {"a known one", get("Transfer-Encoding: gzip\r\n"), "501"},
      {"none at all", get("Transfer-Encoding: identity\r\n"), "501"},
      {"one around another", get("Transfer-Encoding: gzip, chunked\r\n"), "501"},
      {"a parameter", get("Transfer-Encoding: chunked;q=1\r\n"), "501"},
      {"in quotes", get("Transfer-Encoding: \"chunked\"\r\n"), "501"},
      {"two words", get("Transfer-Encoding: chunked chunked\r\n"), "501"},
  });
}

TEST(HttpParser, RefusesTransferEncodingWhereverItCouldSmuggle) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  check({
      {"CL.TE", get("Content-Length: 5\r\n" + chunked), "400"},
      {"TE.CL", get(chunked + "Content-Length: 5\r\n"), "400"},
      {"beside a length of zero", get("Content-Length: 0\r\n" + chunked), "400"},
      {"another coding beside a length", get("Content-Length: 5\r\nTransfer-Encoding: x\r\n"),
       "400"},
      {"in 1.0", "POST / HTTP/1.0\r\n" + chunked + "\r\n", "400"},
      {"another coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", "400"},
      {"TE.TE: doubled", get(chunked + chunked), "400"},
      {"TE.TE: one of them unknown", get(chunked + "Transfer-Encoding: x\r\n"), "400"},
      {"TE.TE: the other one unknown", get("Transfer-Encoding: x\r\n" + chunked), "400"},
      {"TE.TE: one of them empty", get(chunked + "Transfer-Encoding:\r\n"), "400"},
      {"twice in a list", get("Transfer-Encoding: chunked, chunked\r\n"), "400"},
      {"not last", get("Transfer-Encoding: chunked, identity\r\n"), "400"},
      {"not last of three", get("Transfer-Encoding: gzip, chunked, gzip\r\n"), "400"},
      {"not last, in capitals", get("Transfer-Encoding: CHUNKED,gzip\r\n"), "400"},
      {"empty", get("Transfer-Encoding:\r\n"), "400"},
      {"blank", get("Transfer-Encoding: \t\r\n"), "400"},
      {"nothing before it", get("Transfer-Encoding: , chunked\r\n"), "400"},
      {"nothing behind it", get("Transfer-Encoding: chunked,\r\n"), "400"},
      {"nothing in the middle", get("Transfer-Encoding: gzip,, chunked\r\n"), "400"},
      {"behind a vertical tab",
       get("Transfer-Encoding: \x0b"
           "chunked\r\n"),
       "400"},
      {"before a vertical tab", get("Transfer-Encoding: chunked\x0b\r\n"), "400"},
      {"behind a form feed",
       get("Transfer-Encoding: \f"
           "chunked\r\n"),
       "400"},
      {"behind a NUL", get("Transfer-Encoding: \0chunked\r\n"s), "400"},
      {"behind a bare CR", get("Transfer-Encoding: \rchunked\r\n"), "400"},
      {"behind a bare LF", get("Transfer-Encoding:\n chunked\r\n"), "400"},
      {"in a field behind a bare LF", get("X: y\nTransfer-Encoding: chunked\r\n"), "400"},
      {"in a field behind a bare CR", get("X: y\rTransfer-Encoding: chunked\r\n"), "400"},
      {"folded", get("Transfer-Encoding:\r\n chunked\r\n"), "400"},
      {"name cut by a space", get("Transfer-Encoding : chunked\r\n"), "400"},
      {"name cut by a tab", get("Transfer-Encoding\t: chunked\r\n"), "400"},
      {"name behind a space", get(" Transfer-Encoding: chunked\r\n"), "400"},
      {"name behind a vertical tab", get("\x0bTransfer-Encoding: chunked\r\n"), "400"},
      {"name behind a NUL", get("\0Transfer-Encoding: chunked\r\n"s), "400"},
      {"name with a soft hyphen",
       get("Transfer\xad"
           "Encoding: chunked\r\n"),
       "400"},
      // Other names, which some readers bend into this one. Here they are only other names.
      {"an underscore", get("Transfer_Encoding: chunked\r\n"), "GET / 1.1 keep body 0"},
      {"a letter more", get("XTransfer-Encoding: chunked\r\n"), "GET / 1.1 keep body 0"},
      {"TE alone", get("TE: chunked\r\n"), "GET / 1.1 keep body 0"},
  });
}

TEST(HttpParser, LimitsTheTarget) {
  const Limits limits{.target = 20, .head = 200};
  auto ask = [&](std::size_t length) {
    return "GET /" + std::string(length - 1, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n";
  };
  EXPECT_EQ(parse(ask(20), limits).kind, Kind::request);
  EXPECT_EQ(describe(parse(ask(21), limits)), "414");
  EXPECT_EQ(describe(feed_byte_by_byte(ask(21), limits)), "414");
  EXPECT_EQ(describe(parse(ask(500), limits)), "414");
}

TEST(HttpParser, LimitsTheHead) {
  const std::string head = get("Accept: " + std::string(100, 'a') + "\r\n");
  EXPECT_EQ(parse(head, Limits{.head = head.size()}).kind, Kind::request);
  for (std::size_t limit : {head.size() - 1, head.size() - 2, head.size() - 50, std::size_t{20}}) {
    EXPECT_EQ(describe(parse(head, Limits{.head = limit})), "431") << limit;
    EXPECT_EQ(describe(feed_byte_by_byte(head, Limits{.head = limit})), "431") << limit;
  }
}

TEST(HttpParser, TellsALineThatIsTooLongFromFieldsThatAreTooMany) {
  const Limits limits{.target = 4096, .head = 100};
  const std::string line = "GET /" + std::string(200, 'a'),
                    fields = "GET / HTTP/1.1\r\n" + std::string(200, 'a');
  EXPECT_EQ(describe(parse(line, limits)), "414") << "shorter than a target may be, but too long";
  EXPECT_EQ(describe(feed_byte_by_byte(line, limits)), "414");
  EXPECT_EQ(describe(parse(fields, limits)), "431");
  EXPECT_EQ(describe(feed_byte_by_byte(fields, limits)), "431");
}

/// Not a substitute for a fuzzer, but it runs in every test: bytes of a request, mutated; the
/// answer must be the same fed whole and fed in pieces, and every view must lie in the buffer.
TEST(HttpParser, GivesTheSameAnswerForTheSameBytesInAnyPieces) {
  const std::vector<std::string> seeds = {
      get("Content-Length: 5\r\nConnection: close, x\r\n"),
      "POST http://host/a?b HTTP/1.0\r\nTransfer-Encoding: chunked\r\nExpect: "
      "100-continue\r\n\r\nhello",
      "\r\nOPTIONS * HTTP/1.1\r\n" + kHost +
          "Accept: aaaaaaaaaaaaaaaaaaaaaaaaa\taaaaaaaaaaaaaaaa\r\n\r\n",
  };
  const std::string spice = "\r\n\t :\0\x7f\xff/HTTP1.0,abc"s;
  std::mt19937 random(20);
  auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const Limits limits{.target = 24, .head = 120};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seeds[below(seeds.size())];
    for (std::size_t edits = below(4); edits > 0; --edits) {
      const std::size_t at = below(bytes.size());
      switch (below(3)) {
        case 0:
          bytes[at] = spice[below(spice.size())];
          break;
        case 1:
          bytes.insert(at, 1 + below(3), spice[below(spice.size())]);
          break;
        default:
          bytes.erase(at, 1 + below(3));
          break;
      }
    }
    const Parsed whole = parse(bytes, limits);
    for (std::size_t n = 0; n < bytes.size(); n += 1 + below(9)) {
      const Parsed part = parse(std::string_view(bytes).substr(0, n), limits);
      if (part.kind == Kind::need_more) continue;
      ASSERT_EQ(describe(part), describe(whole)) << "after " << n << " bytes of: " << bytes;
    }
    if (whole.kind != Kind::request) continue;
    for (std::string_view view : {whole.request.method, whole.request.target}) {
      ASSERT_GE(view.data(), bytes.data());
      ASSERT_LE(view.data() + view.size(), bytes.data() + whole.request.head_size);
    }
  }
}

/// The parser only notes that there is one. What it says is read in the rare path, from the same
/// bytes.
TEST(HttpParser, NotesConditionsAndLeavesThemWhereTheyAre) {
  for (const std::string name : {"Range", "RANGE", "If-Range", "if-match", "If-None-Match",
                                 "If-Modified-Since", "If-Unmodified-Since"}) {
    const std::string bytes = get(name + ": 1\r\n");
    EXPECT_TRUE(parse(bytes).request.has_conditions) << name;
    const std::string other = get(fmt::format("{0}s: 1\r\nX-{0}: 2\r\n", name));
    EXPECT_FALSE(parse(other).request.has_conditions) << name << "s is another field";
  }
  const std::string bytes = "\r\n" + get("Range: a\r\nX:y\r\nrAnGe:\tb \r\nRange:\r\n");
  const Request request = parse(bytes).request;
  EXPECT_EQ(request.fields, kHost + "Range: a\r\nX:y\r\nrAnGe:\tb \r\nRange:\r\n");
  auto all = [&](std::string_view fields, std::string_view name) {
    std::string list;
    FieldLines lines(fields, name);
    while (const auto value = lines.next()) list.append("[").append(*value).append("]");
    return list;
  };
  EXPECT_EQ(all(request.fields, "range"), "[a][b][]");
  EXPECT_EQ(all(request.fields, "x"), "[y]");
  EXPECT_EQ(all(request.fields, "if-range"), "");
  EXPECT_EQ(all("", "range"), "");
  EXPECT_EQ(parse(get("")).request.fields, kHost);
}

/// Eight bytes at a time and one at a time: the same, wherever the first byte that is no text is.
TEST(HttpScan, SkipsTextAsTheTableSays) {
  const std::string bytes = "a \t~\x1f\x20\x7e\x7f\x80\xff\r\n\0"s;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 40, 'x');
    for (std::size_t n = random() % 4; n > 0 && !text.empty(); --n)
      text[random() % text.size()] = bytes[random() % bytes.size()];
    const char* const end = text.data() + text.size();
    ASSERT_EQ(scan::skip_text(text.data(), end) - text.data(),
              scan::skip(text.data(), end, scan::kText) - text.data())
        << testing::PrintToString(text);
  }
}

}  // namespace http_parser_test
}  // namespace book::http
