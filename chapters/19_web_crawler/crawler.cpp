#include "19_web_crawler/crawler.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <stdexcept>
#include <utility>

#include "02_timer_future/sleep.h"
#include "10_spawning/join_set.h"
#include "19_web_crawler/fetch_error.h"
#include "19_web_crawler/links.h"
#include "19_web_crawler/media_type.h"
#include "19_web_crawler/retry.h"

namespace book::crawl {
namespace {

/// A scheme is a stranger's word: of too many, or too long ones, the report names no more.
std::string kind_of(const std::string& why, const std::map<std::string, std::size_t>& known) {
  constexpr std::size_t kMostKinds = 20, kMostLength = 60;
  const bool fits = why.size() <= kMostLength && (known.size() < kMostKinds || known.contains(why));
  return fits ? why : "another scheme";
}

}  // namespace

Crawler::Crawler(CrawlOptions options, HttpClient& client, Politeness& politeness,
                 CrawlObserver& observer)
    : options_(std::move(options)),
      client_(client),
      politeness_(politeness),
      observer_(observer),
      frontier_(options_.depth, options_.max_pages),
      random_(options_.seed) {}

Async<> Crawler::run() {
  for (const Url& url : options_.start) frontier_.add(url);
  JoinSet<void> tasks;
  for (;;) {
    std::optional<PageId> id = co_await frontier_.take();
    if (!id) break;
    tasks.spawn(visit(*id));
    while (tasks.try_join_next()) {
    }
  }
  co_await tasks.join_all();
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void Crawler::stop() {
  frontier_.close();
  stop_.cancel();
}

/// Whatever becomes of it, the frontier hears of its end, or the crawl would never be over.
Async<> Crawler::visit(PageId id) {
  struct AtTheEnd {
    Crawler& crawler;
    PageId id;
    ~AtTheEnd() {
      crawler.frontier_.done(id);
      crawler.observer_.ended(crawler.frontier_.page(id));
    }
  } const at_the_end{*this, id};
  Page& page = frontier_.page(id);
  auto looking = observer_.known(page);
  const std::optional<Answer> known = co_await std::move(looking);
  if (known) {
    page.status = known->status;
    auto using_it = use(id, *known);
    co_await std::move(using_it);
    co_return;
  }
  if (options_.robots) {
    auto asking = may_fetch(page);
    const bool may = co_await std::move(asking);
    if (!may) co_return;
  }
  auto fetching = fetch(page, What::page);
  std::optional<Fetched> fetched = co_await std::move(fetching);
  if (!fetched) co_return;
  auto using_it = use(id, fetched->answer);
  co_await std::move(using_it);
}

/// Until there is an answer that will not change. Nothing: there is none, and page.note says why;
/// or the crawl was stopped.
Async<std::optional<Crawler::Fetched>> Crawler::fetch(Page& page, What what) {
  for (page.attempts = 1;; ++page.attempts) {
    std::optional<Fetched> fetched;
    auto trying = attempt(page, what, fetched);
    const std::optional<Duration> pause = co_await std::move(trying);
    if (!pause) co_return fetched;
    auto sleeping = stop_.run_until_cancelled(sleep(*pause));
    const auto slept = co_await sleeping;
    if (!slept) co_return std::nullopt;
  }
}

/// Of a robots.txt the beginning is enough, and it is asked of no limit for pages.
Async<Answer> Crawler::request(const Url& url, What what) {
  return what == What::page ? client_.get(url) : client_.get_beginning(url, Robots::kMostBytes + 1);
}

/// One attempt. Gives the pause before the next one, if there is to be one. While it lasts, the
/// turn is over: a place that sleeps is a place that nobody has.
Async<std::optional<Duration>> Crawler::attempt(Page& page, What what,
                                                std::optional<Fetched>& fetched) {
  const std::string host = page.url.authority();
  std::optional<Duration> asked_for;
  bool passes = false;
  try {
    auto waiting = stop_.run_until_cancelled(politeness_.turn(host));
    std::optional<Turn> turn = co_await waiting;
    if (!turn || stop_.is_cancelled()) co_return std::nullopt;
    auto getting = request(page.url, what);
    Answer answer = co_await std::move(getting);
    page.status = answer.status;
    if (!may_pass(answer.status)) {
      fetched.emplace(Fetched{std::move(answer), *std::move(turn)});
      co_return std::nullopt;
    }
    page.note = fmt::format("HTTP {}", answer.status);
    passes = true;
    asked_for = retry_after(answer.retry_after, answer.date, std::time(nullptr));
  } catch (const FetchError& error) {
    page.note = error.what();
    passes = error.may_pass();
  }
  page.outcome = Outcome::broken;
  if (asked_for) keep_quiet(page, *asked_for);
  const bool in_vain = !passes || page.attempts > options_.retries;
  if (in_vain || asked_for > options_.patience) co_return std::nullopt;
  if (asked_for) co_return asked_for;
  co_return std::min(backoff(page.attempts, random_), options_.patience);
}

/// What one page was told is for all pages of its host, whether this one is tried again or not.
void Crawler::keep_quiet(Page& page, Duration asked_for) {
  const std::string host = page.url.authority();
  if (asked_for <= options_.patience) return politeness_.quiet(host, asked_for);
  const long long seconds = asked_for / std::chrono::seconds(1);
  page.note += fmt::format(", and asks for {} s", seconds);
  politeness_.leave(host, fmt::format("not asked for: its host wants {} s of quiet", seconds));
}

Async<> Crawler::use(PageId id, const Answer& answer) {
  Page& page = frontier_.page(id);
  page.bytes = answer.body.size();
  page.note.clear();
  if (answer.status / 100 == 3) {
    go_elsewhere(id, answer);
    co_return;
  }
  if (answer.status / 100 != 2) {
    page.outcome = Outcome::broken;
    page.note = fmt::format("HTTP {}", answer.status);
    co_return;
  }
  page.outcome = Outcome::fetched;
  follow(id, answer);
  auto telling = observer_.whole(page, answer);
  std::string trouble = co_await std::move(telling);
  if (trouble.empty() || !failure_.empty()) co_return;
  failure_ = std::move(trouble);
  stop();
}

void Crawler::go_elsewhere(PageId id, const Answer& answer) {
  Page& page = frontier_.page(id);
  page.outcome = Outcome::redirect;
  const UrlResult to = resolve_url(page.url, answer.location);
  if (answer.location.empty() || to.kind == UrlResult::Kind::refused) {
    page.outcome = Outcome::broken;
    page.note = fmt::format("HTTP {}, and no address to go to", answer.status);
  } else if (page.hops >= options_.hops) {
    page.outcome = Outcome::broken;
    page.note = fmt::format("more than {} redirects", options_.hops);
  } else if (!to || !is_wanted(to.url)) {
    page.note = "leads away: " + answer.location.substr(0, 200);
  } else {
    frontier_.redirected(id, to.url);
  }
}

/// Links count from where the page really is, or from its <base>: not from where it was asked for.
void Crawler::follow(PageId id, const Answer& answer) {
  Page& page = frontier_.page(id);
  const MediaType type(answer.type);
  if (!type.is_html()) return;
  if (!type.is_readable()) {
    page.note = "not searched for links: it is in " + type.charset();
    return;
  }
  PageLinks found = find_links(answer.body);
  if (found.more) page.note = fmt::format("only the first {} links were followed", kMostLinks);
  Url base = page.url;
  if (!found.base.empty())
    if (UrlResult given = resolve_url(page.url, found.base)) base = std::move(given.url);
  std::vector<Url> links;
  for (const std::string& text : found.links) {
    UrlResult to = resolve_url(base, text);
    if (to && is_wanted(to.url))
      links.push_back(std::move(to.url));
    else if (!to)
      ++page.not_looked_at[kind_of(to.why, page.not_looked_at)];
  }
  frontier_.found(id, links);
}

bool Crawler::is_wanted(const Url& url) const {
  return options_.same == Same::any ||
         std::any_of(options_.start.begin(), options_.start.end(), [&](const Url& start) {
           return url.host == start.host && (options_.same == Same::host || url.port == start.port);
         });
}

}  // namespace book::crawl
