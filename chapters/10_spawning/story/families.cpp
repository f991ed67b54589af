#include "10_spawning/story/families.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/story/lamp.h"
#include "10_spawning/task_scope.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// A download under way. Says so when it goes without an end.
class UnderWay {
 public:
  UnderWay(std::string page, Instant start) : page_(std::move(page)), start_(start) {}
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    if (!page_.empty()) say(start_, fmt::format("  {} is given up", page_));
  }
  std::string end() { return std::exchange(page_, ""); }

 private:
  std::string page_;
  Instant start_;
};

Async<std::string> download(std::string page, Duration takes, Instant start) {
  UnderWay under_way(std::move(page), start);
  co_await sleep(takes);
  co_return under_way.end();
}

struct Box {
  std::string name;
  int votes;
  Duration takes;
};

/// Borrows both. In a scope it may; as a task it must not.
Async<> count(const Box& box, int& votes, Instant start) {
  co_await sleep(box.takes);
  votes += box.votes;
  say(start, fmt::format("  {}: {} votes", box.name, box.votes));
}

Async<> lose_a_box() {
  co_await sleep(150ms);
  throw std::runtime_error("a ballot box is missing");
}

Async<> wait_for_word(std::string who, CancellationToken token, Instant start) {
  co_await token.cancelled();
  say(start, fmt::format("  {} is told", who));
}

}  // namespace

Async<> count_in_a_scope(Instant start) {
  const std::vector<Box> boxes{{"north", 120, 100ms}, {"south", 80, 200ms}, {"west", 300, 150ms}};
  int votes = 0;

  auto body = [&](TaskScope& scope) -> Async<> {
    for (const Box& box : boxes) scope.spawn(count(box, votes, start));
    say(start, "all three are being counted");
    co_return;
  };
  co_await task_scope(body);
  say(start, fmt::format("the scope has ended: {} votes", votes));
}

Async<> fail_in_a_scope(Instant start) {
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(read_book(start));
    scope.spawn(lose_a_box());
    co_return;
  };
  try {
    co_await task_scope(body);
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("out of the scope came: {}", error.what()));
  }
}

Async<> take_as_they_end(Instant start) {
  JoinSet<std::string> pages;
  pages.spawn(download("page a", 300ms, start));
  pages.spawn(download("page b", 100ms, start));
  pages.spawn(download("page c", 400ms, start));
  pages.spawn(download("page d", 200ms, start));
  for (int wanted = 2; wanted > 0; --wanted) {
    const std::optional<std::string> page = co_await pages.join_next();
    say(start, fmt::format("{} is here", page.value()));
  }
  say(start, "that is enough");
  co_await pages.shutdown();
  say(start, "no page is under way");
}

Async<> cancel_a_branch(Instant start) {
  const CancellationToken server;
  const CancellationToken visitors = server.child_token();
  JoinSet<void> listening;
  listening.spawn(wait_for_word("the door", server.child_token(), start));
  listening.spawn(wait_for_word("visitor 1", visitors.child_token(), start));
  listening.spawn(wait_for_word("visitor 2", visitors.child_token(), start));

  co_await sleep(100ms);
  say(start, "cancel the visitors");
  visitors.cancel();
  co_await sleep(100ms);
  say(start, "cancel the server");
  server.cancel();
  for (;;) {
    const auto told = co_await listening.join_next();
    if (!told) break;
  }
  say(start, "all have heard it");
}

}  // namespace book::story
