// One connection's side of HTTP, tested with strings: no socket, no disk, no task, no time but the
// one we say.
#include "20_web_server/server/conversation.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "17_io/bytes/io.h"
#include "memory_site.h"

namespace book::http {
namespace conversation_test {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string kHost = "Host: a\r\n";
std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

/// Plays the part of the driver, which holds the socket; writes down what it was told to do.
class Driver {
 public:
  explicit Driver(MemorySite& site) : talk(site.http) { step(); }

  void receive(std::string_view bytes) {
    while (!bytes.empty() && wants == Next::read) {
      const std::span<char> room = talk.room();
      ASSERT_FALSE(room.empty()) << "there must always be room to read into";
      const std::size_t n = std::min(room.size(), bytes.size());
      std::copy_n(bytes.data(), n, room.data());
      talk.received(n);
      bytes.remove_prefix(n);
      step();
    }
  }
  /// The read that it asked for brings nothing, for now.
  void let_go() {
    if (wants != Next::read) return;
    (void)talk.room();
    talk.received(0);
  }
  void wake_up() {
    ASSERT_EQ(wants, Next::sleep);
    step();
  }

  Conversation talk;
  Next::Action wants = Next::yield;
  Next next;
  std::string sent;
  int writes = 0;
  int turns = 0;  ///< how often it let the others have theirs

 private:
  void step() {
    do {
      next = talk.advance(Instant(1h));
      wants = next.action;
      if (wants == Next::yield) ++turns;
      if (!talk.output().empty()) {
        ++writes;
        sent += talk.output();
        talk.sent(talk.output().size());
      }
    } while (wants == Next::yield);
  }
};

/// Splits what was sent into answers: "200 hello" each. Trusts Content-Length, as a client does,
/// and knows that 204 has no body.
std::vector<std::string> answers(const std::string& sent, bool to_head = false) {
  std::vector<std::string> list;
  for (std::size_t at = 0; at < sent.size();) {
    const std::size_t body = sent.find("\r\n\r\n", at) + 4;
    const std::size_t field = sent.find("Content-Length: ", at);
    const bool has_length = field != std::string::npos && field < body;
    const bool has_body = !to_head && sent.substr(at + 9, 3) != "204";
    if (has_body && !has_length) return list.push_back("no length"), list;
    const std::size_t length = has_body ? std::stoul(sent.substr(field + 16)) : 0;
    const std::string head = sent.substr(at, body - at);
    list.push_back(head.substr(9, 3) + " " + sent.substr(body, length) +
                   (head.find("Connection: close") != std::string::npos ? " (close)" : ""));
    at = body + length;
  }
  return list;
}
using List = std::vector<std::string>;

const std::string kNotAllowed = "405 405 Method Not Allowed\r\n";

class ConversationTest : public ::testing::Test {
 protected:
  MemorySite site_;
};

TEST_F(ConversationTest, AnswersAndKeepsReading) {
  Driver driver(site_);
  EXPECT_EQ(driver.wants, Next::read);
  driver.receive(get("/"));
  EXPECT_EQ(answers(driver.sent), List{"200 hello"});
  driver.receive(get("/nothing"));
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "404 not here"}));
  EXPECT_EQ(driver.wants, Next::read);
  EXPECT_EQ(site_.http.requests, 2u);
}

TEST_F(ConversationTest, AnswersTheSameInEverySplit) {
  site_.content.write("large.txt", std::string(100'000, 'x'));
  const std::string bytes = get("/") + "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 27\r\n\r\n" +
                            get("/") + get("/large.txt") + "\r\n" +
                            get("/", "Connection: close\r\n");
  Driver whole(site_);
  whole.receive(bytes);
  ASSERT_EQ(answers(whole.sent).size(), 4u);
  EXPECT_EQ(whole.wants, Next::settle);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Driver split(site_);
    split.receive(std::string_view(bytes).substr(0, cut));
    split.receive(std::string_view(bytes).substr(cut));
    ASSERT_EQ(split.sent, whole.sent) << "cut after " << cut;
    ASSERT_EQ(split.wants, whole.wants);
  }
  Driver single(site_);
  for (char c : bytes) single.receive({&c, 1});
  EXPECT_EQ(single.sent, whole.sent);
}

/// Whatever comes, and however it is cut: the same bytes get the same answers.
TEST_F(ConversationTest, AnswersNonsenseTheSameInEverySplit) {
  const std::vector<std::string> seeds = {
      get("/") + get("/nothing", "Connection: close\r\n"),
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world" + get("/"),
      "GET http://h:80/a?b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\r\nHEAD / HTTP/1.0\r\n\r\n",
      get("/", "Expect: 100-continue\r\nContent-Length: 3\r\n") + "abc" + get("/%2e%2e/x"),
      get("/", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n",
  };
  const std::vector<std::string> spice = {"\r\n",
                                          "\n",
                                          "\r",
                                          "\0"s,
                                          " ",
                                          ":",
                                          "%",
                                          "*",
                                          "\x7f",
                                          "Host: b\r\n",
                                          "Content-Length: 5\r\n",
                                          "18446744073709551616",
                                          "http://",
                                          "HTTP/1.0",
                                          "Connection: close\r\n"};
  std::mt19937 random(20);
  auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = seeds[below(seeds.size())] + seeds[below(seeds.size())];
    for (std::size_t edits = below(4); edits > 0; --edits) {
      const std::size_t at = below(bytes.size());
      if (below(3) == 0)
        bytes.erase(at, 1 + below(5));
      else
        bytes.insert(at, spice[below(spice.size())]);
    }
    Driver whole(site_), pieces(site_);
    whole.receive(bytes);
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t n = 1 + below(std::min<std::size_t>(rest.size(), 40));
      pieces.receive(rest.substr(0, n));
      pieces.let_go();
      rest.remove_prefix(n);
    }
    ASSERT_EQ(pieces.sent, whole.sent) << bytes;
    ASSERT_EQ(pieces.wants == Next::read, whole.wants == Next::read) << bytes;
  }
}

TEST_F(ConversationTest, PipelinedRequestsAreAnsweredInOrderWithOneWrite) {
  Driver driver(site_);
  driver.receive(get("/") + get("/nothing") + get("/hello.html"));
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "404 not here", "200 hello"}));
  EXPECT_EQ(driver.writes, 1);
}

TEST_F(ConversationTest, ManyPipelinedRequestsDoNotPileUpAnswers) {
  site_.content.write("page.html", std::string(20'000, 'x'));
  Driver driver(site_);
  std::string many;
  for (int i = 0; i < 100; ++i) many += get("/page.html");
  driver.receive(many);
  EXPECT_EQ(answers(driver.sent).size(), 100u);
  EXPECT_GE(driver.writes, 100 * 20'000 / (32 * 1024 + 21'000));
}

TEST_F(ConversationTest, AClientFasterThanTheServerLetsTheOthersHaveTheirTurn) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += get("/");
  Driver asking(site_);
  asking.receive(many);
  EXPECT_EQ(answers(asking.sent).size(), 1000u);
  EXPECT_GE(asking.turns, 1000 / 16) << "it kept the thread to itself";

  Driver uploading(site_);
  uploading.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" +
                    std::string(1'000'000, 'x') + get("/"));
  EXPECT_EQ(answers(uploading.sent), (List{kNotAllowed, "200 hello"}));
  EXPECT_GE(uploading.turns, 1'000'000 / 8192 / 16) << "it kept the thread to itself";
}

TEST_F(ConversationTest, AClientThatWaitsForItsAnswersIsNotHeldUp) {
  Driver driver(site_);
  for (int i = 0; i < 100; ++i) driver.receive(get("/"));
  EXPECT_EQ(answers(driver.sent).size(), 100u);
  EXPECT_EQ(driver.turns, 0);
}

TEST_F(ConversationTest, ClosesWhenAskedTo) {
  Driver driver(site_);
  driver.receive(get("/", "Connection: close\r\n"));
  EXPECT_EQ(answers(driver.sent), List{"200 hello (close)"});
  EXPECT_EQ(driver.wants, Next::close);
}

std::string page_of(std::size_t size) { return std::string(size, 'x'); }

/// A close while something unread has come is a reset, which destroys what the client has not read.
TEST_F(ConversationTest, ClosesAtOnceOnlyWhereNothingCanBeLost) {
  const std::string close = "Connection: close\r\n";
  site_.content.write("page.txt", page_of(2000));
  Driver page(site_);
  page.receive(get("/page.txt", close));
  EXPECT_EQ(page.wants, Next::settle) << "more than any window surely has room for";

  Driver second(site_);
  second.receive(get("/page.txt"));
  second.receive(get("/", close));
  EXPECT_EQ(second.wants, Next::settle) << "the answer before it may still be on its way";

  Driver body(site_);
  body.receive(get("/", close + "Content-Length: 3\r\n") + "abc");
  EXPECT_EQ(body.wants, Next::linger) << "an empty line may follow a body";

  Driver full(site_);
  const std::string head = get("/", close + "X: \r\n");
  full.receive(get("/", close + "X: " + std::string(8192 - head.size(), 'x') + "\r\n"));
  EXPECT_EQ(answers(full.sent), List{"200 hello (close)"});
  EXPECT_EQ(full.wants, Next::settle) << "it has sent as much as could be read, and perhaps more";
}

TEST_F(ConversationTest, LingersWhenTheClientHasSentMoreThanItWillBeAnswered) {
  Driver driver(site_);
  driver.receive(get("/", "Connection: close\r\n") + get("/"));
  EXPECT_EQ(answers(driver.sent), List{"200 hello (close)"});
  EXPECT_EQ(driver.wants, Next::linger);
}

TEST_F(ConversationTest, AnswersWhatIsNoHttpOnceAndCloses) {
  Driver driver(site_);
  driver.receive("hello there\r\n\r\n" + get("/"));
  EXPECT_EQ(answers(driver.sent), List{"400 400 Bad Request\r\n (close)"});
  EXPECT_EQ(driver.wants, Next::linger);
}

TEST_F(ConversationTest, AnswersWhatCameBeforeTheMistakeFirst) {
  Driver driver(site_);
  driver.receive(get("/") + "oops\r\n");
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "400 400 Bad Request\r\n (close)"}));
}

TEST_F(ConversationTest, RefusesHeadsThatAreTooLong) {
  Driver driver(site_);
  driver.receive(get("/", "X: " + std::string(9000, 'x') + "\r\n"));
  EXPECT_EQ(answers(driver.sent), List{"431 431 Request Header Fields Too Large\r\n (close)"});
  Driver other(site_);
  other.receive(get("/" + std::string(5000, 'x')));
  EXPECT_EQ(answers(other.sent), List{"414 414 URI Too Long\r\n (close)"});
}

TEST_F(ConversationTest, SleepsBeforeASleepyRouteAndOnlyOnce) {
  Driver driver(site_);
  driver.receive(get("/") + get("/sleep") + get("/nothing"));
  EXPECT_EQ(driver.wants, Next::sleep);
  EXPECT_EQ(driver.next.delay, 5s);
  EXPECT_EQ(answers(driver.sent), List{"200 hello"}) << "what came before is not held up";
  driver.wake_up();
  EXPECT_EQ(driver.wants, Next::read);
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "200 hello", "404 not here"}));
  driver.receive(get("/sleep"));
  EXPECT_EQ(driver.wants, Next::sleep) << "the second nap is a nap, too";
}

TEST_F(ConversationTest, SaysWhatAReadWaitsFor) {
  Driver driver(site_);
  EXPECT_EQ(driver.next.waits_for, WaitKind::idle);
  driver.receive("GET / HT");
  EXPECT_EQ(driver.next.waits_for, WaitKind::head);
  driver.receive("TP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
  EXPECT_EQ(driver.next.waits_for, WaitKind::body);
  driver.receive("c\r\n");
  EXPECT_EQ(driver.next.waits_for, WaitKind::idle) << "an empty line begins no request";
}

TEST_F(ConversationTest, AnAnswerDuringTheShutdownIsTheLastOne) {
  Driver driver(site_);
  driver.receive(get("/"));
  site_.shutdown.begin();
  driver.receive(get("/"));
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "200 hello (close)"}));
  EXPECT_TRUE(driver.next.is_end());
}

TEST_F(ConversationTest, AHeadOfAHeadIsAHeadAlone) {
  Driver driver(site_);
  driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"));
  const std::size_t second = driver.sent.find("HTTP/1.1", 1);
  EXPECT_NE(driver.sent.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(driver.sent.substr(second - 4, 4), "\r\n\r\n");
}

TEST_F(ConversationTest, ThrowsTheBodyOfARequestAway) {
  Driver driver(site_);
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";
  driver.receive(post + std::string(20'000, 'x') + get("/"));
  EXPECT_EQ(answers(driver.sent), (List{kNotAllowed, "200 hello"}));
}

TEST_F(ConversationTest, ABodyIsNeverReadAsARequest) {
  Driver driver(site_);
  const std::string inner = get("/hello.html");
  driver.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(inner.size()) +
                 "\r\n\r\n" + inner);
  EXPECT_EQ(answers(driver.sent), List{kNotAllowed});
}

TEST_F(ConversationTest, RefusesBodiesItWillNotRead) {
  Driver driver(site_);
  driver.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_EQ(answers(driver.sent), List{"413 413 Content Too Large\r\n (close)"});
  EXPECT_EQ(driver.wants, Next::linger);
}

TEST_F(ConversationTest, ARefusalOfAHeadIsAHeadAlone) {
  for (const char* field : {"Content-Length: 1048577\r\n", "Transfer-Encoding: gzip\r\n"}) {
    Driver driver(site_);
    driver.receive("HEAD / HTTP/1.1\r\nHost: a\r\n"s + field + "\r\n");
    EXPECT_EQ(driver.sent.find("\r\n\r\n") + 4, driver.sent.size()) << driver.sent;
    EXPECT_EQ(driver.wants, Next::linger);
  }
}

TEST_F(ConversationTest, AnswersInsteadOfAskingForABody) {
  Driver driver(site_);
  driver.receive(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answers(driver.sent), List{kNotAllowed + " (close)"});
  EXPECT_EQ(driver.wants, Next::linger) << "a body may still come";
}

TEST_F(ConversationTest, AnswersInsteadOfAskingForABodyInChunks) {
  Driver driver(site_);
  driver.receive(get("/", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(answers(driver.sent), List{"200 hello (close)"});
  EXPECT_EQ(driver.wants, Next::linger) << "a body may still come";
  Driver none(site_);
  none.receive(get("/", "Expect: 100-continue\r\n") + get("/"));
  EXPECT_EQ(answers(none.sent), (List{"200 hello", "200 hello"})) << "there is no body to ask for";
}

TEST_F(ConversationTest, RefusesOtherExpectations) {
  Driver driver(site_);
  driver.receive(get("/", "Expect: tea\r\n") + get("/"));
  EXPECT_EQ(answers(driver.sent), List{"417 417 Expectation Failed\r\n (close)"});
  EXPECT_EQ(driver.wants, Next::linger);
}

TEST_F(ConversationTest, SendsLargeBodiesPieceByPiece) {
  site_.content.write("large.txt", std::string(50'000, 'x'));
  Driver driver(site_);
  driver.receive(get("/large.txt") + get("/"));
  EXPECT_EQ(answers(driver.sent), (List{"200 " + std::string(50'000, 'x'), "200 hello"}));
}

TEST_F(ConversationTest, ABodyThatShrinksWhileItIsSentEndsTheConnection) {
  site_.content.write("large.txt", std::string(200'000, 'x'));
  Conversation talk(site_.http);
  const std::string request = get("/large.txt");
  std::copy(request.begin(), request.end(), talk.room().begin());
  talk.received(request.size());
  EXPECT_EQ(talk.advance(Instant(1h)).action, Next::yield);
  EXPECT_GT(talk.output().size(), 60'000u) << "the head and a first piece, in one write";
  EXPECT_LE(talk.output().size(), OutputBuffer::kFull);
  talk.sent(talk.output().size());
  site_.content.write("large.txt", "x");
  EXPECT_THROW((void)talk.advance(Instant(1h)), UnexpectedEnd);
}

/// Says what it does not do; and the connection is as good as before.
TEST_F(ConversationTest, TellsMethodsItDoesNotServeFromThoseItDoesNotKnow) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE"}) {
    Driver driver(site_);
    driver.receive(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"s + get("/"));
    EXPECT_EQ(answers(driver.sent), (List{kNotAllowed, "200 hello"})) << method;
    EXPECT_NE(driver.sent.find("\r\nAllow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
  }
  Driver connect(site_);
  connect.receive("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
  EXPECT_EQ(answers(connect.sent), List{kNotAllowed});
  for (const char* method : {"BREW", "get", "GETT"}) {
    Driver driver(site_);
    driver.receive(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"s + get("/"));
    EXPECT_EQ(answers(driver.sent), (List{"501 501 Not Implemented\r\n", "200 hello"})) << method;
    EXPECT_EQ(driver.sent.find("Allow"), std::string::npos);
  }
}

TEST_F(ConversationTest, SaysWhatItCanDo) {
  for (const char* target : {"*", "/", "/nothing", "/sleep", "http://a/x"}) {
    Driver driver(site_);
    driver.receive("OPTIONS "s + target + " HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"));
    EXPECT_EQ(answers(driver.sent), (List{"204 ", "200 hello"})) << target;
    const std::string head = driver.sent.substr(0, driver.sent.find("\r\n\r\n") + 4);
    EXPECT_NE(head.find("\r\nAllow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
    EXPECT_EQ(head.find("Content-"), std::string::npos) << head;
  }
  Driver old(site_);
  old.receive("OPTIONS / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answers(old.sent), List{"204  (close)"});
  EXPECT_EQ(old.wants, Next::close);
}

TEST_F(ConversationTest, SendsClientsOfAFolderToItsSlash) {
  site_.content.write("img/index.html", "pictures");
  Driver driver(site_);
  driver.receive(get("/img?a=/b?c") + get("/img/?a") + get("http://a/img"));
  EXPECT_EQ(answers(driver.sent), (List{"301 301 Moved Permanently\r\n", "200 pictures",
                                        "301 301 Moved Permanently\r\n"}));
  EXPECT_NE(driver.sent.find("\r\nLocation: /img/?a=/b?c\r\n"), std::string::npos);
  EXPECT_NE(driver.sent.find("\r\nLocation: /img/\r\n"), std::string::npos);
}

/// "//evil.example/.." as a Location would be another server.
TEST_F(ConversationTest, SendsNobodyToAnotherServer) {
  site_.content.write("img/index.html", "pictures");
  for (const char* path : {"//img", "///img", "//img/", "http://a//img", "/%2fimg", "/\\img"}) {
    Driver driver(site_);
    driver.receive(get(path));
    EXPECT_EQ(answers(driver.sent), List{"404 not here"}) << path;
  }
}

TEST_F(ConversationTest, RefusesPathsThatAreNone) {
  for (const char* path : {"/%", "/%4", "/%zz", "/hello.html%00", "/%0a", "/%7f"}) {
    Driver driver(site_);
    driver.receive(get(path));
    EXPECT_EQ(answers(driver.sent), List{"400 400 Bad Request\r\n (close)"}) << path;
  }
}

TEST_F(ConversationTest, HoldsNoBufferWhileItWaits) {
  Driver driver(site_);
  driver.receive(get("/"));
  const void* const room = driver.talk.room().data();
  driver.talk.received(0);
  EXPECT_EQ(site_.http.inputs.take()->room().data(), room) << "the buffer is in the pool again";
  driver.receive("GET / HT");
  driver.let_go();
  driver.receive("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answers(driver.sent), (List{"200 hello", "200 hello"})) << "half a request is kept";
}

TEST_F(ConversationTest, LeavesItsBuffersToTheNextOneWhenItEnds) {
  const void* room = nullptr;
  const void* output = nullptr;
  for (int i = 0; i < 3; ++i) {
    Conversation talk(site_.http);
    const std::string request = get("/", "Connection: close\r\n");
    if (room) {
      EXPECT_EQ(talk.room().data(), room);
    }
    room = talk.room().data();
    std::copy(request.begin(), request.end(), talk.room().begin());
    talk.received(request.size());
    EXPECT_EQ(talk.advance(Instant(1h)).action, Next::close);
    if (output) {
      EXPECT_EQ(talk.output().data(), output);
    }
    output = talk.output().data();
    talk.sent(talk.output().size());
  }
}

}  // namespace conversation_test
}  // namespace book::http
