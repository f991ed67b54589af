// When to try again, and how long to wait before.
//
//     attempt      1        2           3
//     waits        0.5-1 s  1-2 s       2-4 s ... at most 30 s, unless the server says for how long
//
// By chance, within bounds: pages that failed together would come back together, and fail again.
// (Chapter 19)
#pragma once

#include <ctime>
#include <optional>
#include <string_view>

#include "common/clock.h"
#include "common/random.h"

namespace book::crawl {

/// 408, 429, 500, 502, 503, 504: the server may do better another time.
[[nodiscard]] bool may_pass(int status) noexcept;

/// The wait before attempt `attempt` + 1; the first attempt is 1.
[[nodiscard]] Duration backoff(int attempt, Random& random) noexcept;

/// Retry-After: seconds, or a date, which is compared with the server's own `date` if it has given
/// one: its clock may be wrong, but it is the one it means. Empty: it says nothing that we know.
[[nodiscard]] std::optional<Duration> retry_after(std::string_view value, std::string_view date,
                                                  std::time_t now);

}  // namespace book::crawl
