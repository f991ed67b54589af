// The mistakes of "What goes wrong". In the library each of them is made right.
#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "10_spawning/join_set.h"
#include "10_spawning/timeout.h"
#include "12_sync/semaphore.h"
#include "17_io/bytes/io.h"
#include "19_web_crawler/links.h"
#include "19_web_crawler/story/parts.h"
#include "19_web_crawler/story/shop.h"
#include "common/program/narrator.h"

namespace book::story {

using namespace std::chrono_literals;
using namespace crawl;

namespace {

struct Work {
  std::deque<Url> queue;
  std::set<std::string> known;
  int fetched = 0;
};

Async<> works_until_the_queue_is_empty(HttpClient& client, Work& work, int who, Instant start) {
  while (!work.queue.empty()) {
    const Url url = work.queue.front();
    work.queue.pop_front();
    auto getting = client.get(url);
    const Answer answer = co_await std::move(getting);
    ++work.fetched;
    for (const std::string& link : find_links(answer.body).links) {
      const UrlResult to = resolve_url(url, link);
      if (to && work.known.insert(to.url.key()).second) work.queue.push_back(to.url);
    }
  }
  say(start, fmt::format("worker {} finds the queue empty, and goes home", who));
}

}  // namespace

Async<> stops_at_an_empty_queue(Instant start) {
  Site site;
  open_shop(site);
  HttpClient client(site.dial(), {});
  Work work;
  work.queue.push_back(parse_url("http://shop.example/").url);
  JoinSet<void> workers;
  for (int who = 1; who <= 4; ++who)
    workers.spawn(works_until_the_queue_is_empty(client, work, who, start));
  co_await workers.join_all();
  say(start, fmt::format("{} pages, by one worker", work.fetched));
}

Async<> a_timeout_a_read(Instant start) {
  Site site;
  site.add("http://drip.example/", {.raw = "HTTP/1.1 200 OK\r\n\r\n", .tail = "x", .drip = 9s});
  const Dial dial = site.dial();
  auto dialing = dial(parse_url("http://drip.example/").url);
  std::unique_ptr<Wire> wire = co_await std::move(dialing);
  const std::string request = "GET / HTTP/1.1\r\nHost: drip.example\r\n\r\n";
  auto writing = write_all(*wire, request);
  co_await writing;
  char buffer[4096];
  for (std::size_t bytes = 0; bytes < 1000;) {
    auto in_time = timeout(10s, read(*wire, buffer));
    const auto n = co_await in_time;
    if (!n || *n == 0) co_return;
    bytes += *n;
    if (bytes % 400 == 0)
      fmt::print("    after {} minutes: {} bytes, and no read was late\n",
                 elapsed_ms(start) / 60'000, bytes);
  }
}

namespace {

Async<> asks(Semaphore& places, std::string what, Duration pause, Instant start) {
  const Permit place = co_await places.acquire();
  say(start, fmt::format("{} is asked for", what));
  if (pause > 0s) {
    say(start, fmt::format("{} is to be asked for again in 30 s", what), 4);
    co_await sleep(pause);
  }
}

}  // namespace

Async<> sleeps_with_its_place(Instant start) {
  Semaphore places(2);
  co_await join(asks(places, "busy.example/1", 30s, start),
                asks(places, "busy.example/2", 30s, start),
                asks(places, "shop.example/", 0s, start));
}

}  // namespace book::story
