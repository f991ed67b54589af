#include "19_web_crawler/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "09_streams/stream_step.h"
#include "13_time/interval.h"

namespace book::crawl {
namespace {

std::string in_units(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::string progress_line(const HowFar& far, std::size_t width) {
  constexpr std::size_t kBar = 8;
  const std::size_t full = far.wanted == 0 ? 0 : std::min(kBar, kBar * far.done / far.wanted);
  const std::string line =
      fmt::format("[{}{}] {} of {}{}  {} under way  {} broken  {}", std::string(full, '#'),
                  std::string(kBar - full, '.'), far.done, far.wanted, far.more_may_come ? "+" : "",
                  far.under_way, far.broken, in_units(far.bytes));
  return line.substr(0, width);
}

std::string page_line(const Page& page) {
  constexpr const char* kWords[] = {"not asked for", "", "goes elsewhere", "broken", "forbidden"};
  std::string line = page.status > 0 ? fmt::format("{} ", page.status) : "--- ";
  line += page.url.to_string();
  if (page.outcome == Outcome::fetched) return line + "  " + in_units(page.bytes);
  const std::string note = printable(page.note);
  return line + "  " + (note.empty() ? kWords[static_cast<int>(page.outcome)] : note);
}

/// A terminal that was closed, or a pipe that nobody reads, is no reason to end a crawl.
void Progress::put(const std::string& text) {
  if (!closed_ && ::write(STDERR_FILENO, text.data(), text.size()) < 0) closed_ = true;
}

void Progress::ended(const Page& page) {
  ++far_.done;
  far_.broken += page.outcome == Outcome::broken ? 1 : 0;
  far_.bytes += page.bytes;
  if (!terminal_) put(page_line(page) + '\n');
}

Async<> Progress::redraws(const Crawler& crawler, const Politeness& politeness) {
  Interval ticks = interval(std::chrono::milliseconds(250), MissedTicks::skip);
  for (;;) {
    std::optional<Instant> tick = co_await next(ticks);
    if (!terminal_ || !tick) continue;
    far_.wanted = crawler.pages().wanted();
    far_.under_way = politeness.under_way();
    far_.more_may_come = crawler.pages().queued() + crawler.pages().under_way() > 0;
    put("\r\x1b[K" + progress_line(far_, width_));
    drawn_ = true;
  }
}

void Progress::say(const std::string& text) {
  clear();
  put(text + '\n');
}

void Progress::clear() {
  if (drawn_) put("\r\x1b[K");
  drawn_ = false;
}

}  // namespace book::crawl
