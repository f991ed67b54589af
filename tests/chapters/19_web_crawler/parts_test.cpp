// The parts of a crawl by themselves: client, body, frontier, politeness, retry. (Chapter 19)
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "09_streams/stream_step.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "19_web_crawler/body.h"
#include "19_web_crawler/fetch_error.h"
#include "19_web_crawler/media_type.h"
#include "19_web_crawler/retry.h"
#include "chapters/19_web_crawler/crawl.h"
#include "support/async_test.h"

namespace book::crawl {
namespace parts_test {

using namespace std::chrono_literals;

ASYNC_TEST(HttpClient, KeepsOneConnectionAHostAndForgivesOneThatWasClosed) {
  Site site;
  site.add("http://a/", {"one"});
  site.add("http://a/last",
           {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast"});  // and closes
  site.add("http://a/more",
           {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmoreHTTP/1.1 404 X"});
  HttpClient client(site.dial(), {});
  for (const char* path : {"/", "/", "/last", "/", "/more", "/"}) {
    auto getting = client.get(url_of(std::string("http://a") + path));
    const Answer answer = co_await std::move(getting);
    EXPECT_EQ(answer.status, 200) << path;
    co_await sleep(1ms);
  }
  // /last was kept and found closed; /more had something behind it, and was not kept.
  EXPECT_EQ(client.connections_made(), 3u);
  EXPECT_EQ(client.idle(), 1u);
}

/// Every way to cut an answer in two, and each byte by itself.
ASYNC_TEST(Body, IsTheSameHoweverItComes) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& rest :
       {std::string("Content-Length: 11\r\n\r\nhello world"), std::string("\r\nhello world"),
        std::string("Transfer-Encoding: chunked\r\n\r\n6;a=b\r\nhello \r\n5\r\nworld\r\n0\r\nT: "
                    "x\r\n\r\n")}) {
    const std::string bytes = head + rest;
    const auto parsed = http::parse_response(bytes);
    const std::string body_bytes = bytes.substr(parsed.head.head_size);
    for (std::size_t cut = 0; cut <= body_bytes.size(); ++cut) {
      auto ends = duplex(1 + cut % 7);
      WireOf<DuplexStream> wire(std::move(ends.first));
      Body::Reader reader(static_cast<Wire&>(wire));
      Body body(reader, parsed.head, 100);
      auto send = [](DuplexStream stream, std::string first, std::string second) -> Async<> {
        co_await write_all(stream, first);
        co_await sleep(1ms);
        co_await write_all(stream, second);
      };
      spawn(send(std::move(ends.second), body_bytes.substr(0, cut), body_bytes.substr(cut)));
      std::string all;
      for (;;) {
        auto piece = co_await next(body);
        if (!piece) break;
        EXPECT_FALSE(piece->empty());
        all += *piece;
      }
      EXPECT_EQ(all, "hello world");
      EXPECT_TRUE(body.is_terminated());
    }
  }
}

/// A connection that always has more, and lets its reader wait for nothing.
class Flood : public Wire {
 public:
  explicit Flood(std::string text) : text_(std::move(text)) {}
  Poll<std::size_t> poll_read(Context&, std::span<char> into) override {
    ++reads;
    for (char& c : into) c = text_[at_++ % text_.size()];
    return into.size();
  }
  Poll<std::size_t> poll_write(Context&, std::span<const char> bytes) override {
    return bytes.size();
  }
  Poll<void> poll_flush(Context&) override { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) override { return Poll<void>::ready(); }
  void forget(Direction, const Waker&) noexcept override {}
  std::size_t reads = 0;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

Async<> reads_it_all(Body& body) {
  for (;;) {
    auto piece = co_await next(body);
    if (!piece) break;
  }
}

// It must leave the others their turns, whatever the connection is made of.
ASYNC_TEST(Body, ThatNeverEndsGivesWayAfter128ReadsInATurn) {
  const std::pair<const char*, const char*> floods[] = {
      {"Content-Length: 100000000\r\n\r\n", "x"},
      {"\r\n", "x"},
      {"Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
      {"Transfer-Encoding: chunked\r\n\r\n", "1;a=b\r\nx\r\n"}};
  for (const auto& [fields, text] : floods) {
    const std::string head = std::string("HTTP/1.1 200 OK\r\n") + fields;
    const auto parsed = http::parse_response(head);
    Flood flood(text);
    Body::Reader reader(static_cast<Wire&>(flood));
    Body body(reader, parsed.head, 100'000'000);
    auto reading = spawn(reads_it_all(body));
    for (std::size_t turns = 1; turns <= 5; ++turns) {
      co_await yield_now();
      EXPECT_LE(flood.reads, 130 * turns) << text;
    }
    EXPECT_GT(flood.reads, 130u) << "it goes on by itself";
    EXPECT_FALSE(reading.is_finished());
    reading.abort();
    co_await yield_now();
  }
}

ASYNC_TEST(Frontier, IsDoneWhenTheLastPageUnderWayIsDone) {
  Frontier frontier(5, 100);
  frontier.add(url_of("http://a/"));
  auto first = co_await frontier.take();
  EXPECT_EQ(first, 0u);
  auto waits = spawn(frontier.take());
  auto waits_too = spawn(frontier.take());
  co_await sleep(1ms);
  EXPECT_FALSE(waits.is_finished()) << "the queue is empty, and one is under way";
  frontier.found(0, {url_of("http://a/1")});
  auto second = co_await waits;
  EXPECT_EQ(second, 1u);
  frontier.done(0);
  co_await sleep(1ms);
  EXPECT_FALSE(waits_too.is_finished());
  frontier.done(1);
  auto none = co_await waits_too;
  EXPECT_EQ(none, std::nullopt);
  auto none_again = co_await frontier.take();
  EXPECT_EQ(none_again, std::nullopt);
}

ASYNC_TEST(Frontier, ATakerThatIsDroppedLosesNothing) {
  Frontier frontier(5, 100);
  frontier.add(url_of("http://a/"));
  (void)co_await frontier.take();
  auto patient = spawn(frontier.take());
  co_await sleep(1ms);
  {
    auto impatient = timeout(1ms, frontier.take());
    const auto nothing = co_await impatient;
    EXPECT_FALSE(nothing);
  }
  frontier.found(0, {url_of("http://a/1")});
  const auto page = co_await patient;
  EXPECT_EQ(page, 1u);
}

// A chain of pages, each of which leads back to all before it; then a page that leads to all of
// them, the first one first. Each comes closer once, and not once for each page before it.
TEST(Frontier, APageThatLeadsToManyBringsEachCloserOnce) {
  constexpr int kPages = 200;
  auto url = [](int i) { return url_of("http://a/" + std::to_string(i)); };
  Frontier frontier(1'000'000, 1000);
  const PageId start = frontier.add(url_of("http://a/"));
  frontier.found(start, {url_of("http://a/all"), url(0)});
  const PageId all = start + 1;
  std::vector<Url> before, links;
  for (int i = 0; i + 1 < kPages; ++i) {
    links.assign(before.begin(), before.end());
    links.push_back(url(i + 1));
    const PageId page = frontier.known() - 1;
    frontier.found(page, links);
    before.push_back(url(i));
  }
  const PageId last = frontier.known() - 1;
  EXPECT_EQ(frontier.page(last).depth, kPages);
  const std::size_t steps = frontier.steps();
  before.push_back(url(kPages - 1));
  frontier.found(all, before);
  EXPECT_EQ(frontier.page(last).depth, 2);
  EXPECT_LE(frontier.steps() - steps, std::size_t{kPages});
}

struct Log {
  std::string text;
  Instant begin = now();
  void add(const char* who) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", who, (now() - begin) / 1ms);
  }
};

Async<> asks(Politeness& politeness, const char* host, Log& log, Duration takes = 10ms) {
  const Turn turn = co_await politeness.turn(host);
  log.add(host);
  co_await sleep(takes);
}

ASYNC_TEST(Politeness, AHostThatIsQuietHoldsNobodyUp) {
  Politeness politeness({.all = 1, .a_host = 1, .interval = 20ms});
  Log log;
  politeness.quiet("a", 100ms);
  politeness.quiet("a", 50ms);  // never shorter
  co_await join(asks(politeness, "a", log), asks(politeness, "b", log), asks(politeness, "b", log),
                asks(politeness, "c", log));
  EXPECT_EQ(log.text, "b 0, c 10, b 20, a 100");
}

// Two wait for a place of all while their host's time comes and goes: they must not go together.
ASYNC_TEST(Politeness, KeepsTheIntervalHoweverLongOneWaitedForAPlace) {
  Politeness politeness({.all = 2, .a_host = 2, .interval = 20ms});
  Log log;
  co_await join(asks(politeness, "slow", log, 100ms), asks(politeness, "slower", log, 100ms),
                asks(politeness, "a", log), asks(politeness, "a", log));
  EXPECT_EQ(log.text, "slow 0, slower 0, a 100, a 120");
}

ASYNC_TEST(Politeness, WhoGivesUpLeavesPlaceAndTimeToTheNext) {
  Politeness politeness({.all = 1, .a_host = 1, .interval = 20ms});
  Log log;
  for (Duration patience = 1ms; patience < 60ms; patience += 3ms) {
    auto giving_up = timeout(patience, asks(politeness, "a", log, 1h));
    const auto nothing = co_await giving_up;
    EXPECT_FALSE(nothing);
  }
  EXPECT_EQ(politeness.under_way(), 0u);
  co_await asks(politeness, "a", log, 1ms);
}

TEST(Retry, ReadsSecondsAndDates) {
  const char* then = "Sun, 06 Nov 1994 08:50:07 GMT";
  const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::time_t now = 784'111'777 - 100;  // our clock is a hundred seconds slow
  EXPECT_EQ(retry_after("7", "", 0), 7s);
  EXPECT_EQ(retry_after("99999999999999999999", "", 0), 1'000'000'000s);
  EXPECT_EQ(retry_after(then, date, now), 30s) << "by the server's clock, not by ours";
  EXPECT_EQ(retry_after(then, "", now), 130s);
  EXPECT_EQ(retry_after(date, then, now), 0s) << "it has passed";
  for (const char* nothing : {"", "-1", "soon", "7 s", "7.5"})
    EXPECT_EQ(retry_after(nothing, date, now), std::nullopt) << nothing;
}

TEST(Retry, WaitsLongerEachTimeAndNeverAllAlike) {
  Random random(1);
  bool differ = false;
  for (int attempt = 1; attempt < 70; ++attempt) {
    const Duration most = attempt < 6 ? 1s * (1 << (attempt - 1)) : Duration(30s);
    const Duration one = backoff(attempt, random), other = backoff(attempt, random);
    for (const Duration wait : {one, other}) {
      EXPECT_GE(wait, most / 2);
      EXPECT_LE(wait, most);
    }
    differ = differ || one != other;
  }
  EXPECT_TRUE(differ);
}

TEST(MediaType, IsReadWithItsCharset) {
  EXPECT_TRUE(MediaType("text/html").is_html());
  EXPECT_TRUE(MediaType("Text/HTML; a=b; Charset=\"UTF-8\"").is_html());
  EXPECT_EQ(MediaType("Text/HTML; a=b; Charset=\"UTF-8\"").charset(), "utf-8");
  EXPECT_FALSE(MediaType("image/png").is_html());
  EXPECT_FALSE(MediaType("text/html;charset=utf-16le").is_readable());
  EXPECT_TRUE(MediaType("text/html;charset=x-unknown").is_readable());
}

}  // namespace parts_test
}  // namespace book::crawl
