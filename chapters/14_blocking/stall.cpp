#include "14_blocking/stall.h"

#include <fmt/format.h>

#include "04_io_executor/silence.h"

namespace book {

void detail::report_long_poll(const LongPoll& poll) {
  say(fmt::format(
      "a poll of the future watched at {}:{} took {} ms; its thread did nothing else "
      "meanwhile (its poll number {})",
      poll.watched_at.file, poll.watched_at.line,
      std::chrono::duration_cast<std::chrono::milliseconds>(poll.took).count(), poll.which));
}

}  // namespace book
