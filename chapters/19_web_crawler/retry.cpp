#include "19_web_crawler/retry.h"

#include <algorithm>

#include "17_io/http/date.h"

namespace book::crawl {

using namespace std::chrono_literals;

bool may_pass(int status) noexcept {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

Duration backoff(int attempt, Random& random) noexcept {
  const Duration most = std::min<Duration>(1s * (1LL << std::clamp(attempt - 1, 0, 10)), 30s);
  const auto half = static_cast<std::uint64_t>(most.count() / 2);
  return Duration(static_cast<Duration::rep>(half + random.next_u64() % (half + 1)));
}

std::optional<Duration> retry_after(std::string_view value, std::string_view date,
                                    std::time_t now) {
  constexpr std::int64_t kMost = 1'000'000'000;  // thirty years: nobody waits so long
  if (value.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const bool digits =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    for (const char c : value) seconds = std::min(seconds * 10 + (c - '0'), kMost);
  } else {
    const auto then = http::parse_http_date(value, now);
    if (!then) return std::nullopt;
    const std::time_t from = http::parse_http_date(date, now).value_or(now);
    seconds = std::clamp<std::int64_t>(std::int64_t{*then} - from, 0, kMost);
  }
  return std::chrono::seconds(seconds);
}

}  // namespace book::crawl
