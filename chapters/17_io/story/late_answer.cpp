// A trap of chapter 17: a read that loses nothing when it is dropped, and an answer that comes
// late.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/buf_reader.h"
#include "17_io/bytes/lines.h"
#include "17_io/ends/duplex.h"
#include "17_io/story/story.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 2> kCountries = {"France", "Italy"};

/// Knows two capitals, and has to look the first one up.
Async<> atlas(DuplexStream stream) {
  BufReader questions(stream);
  for (;;) {
    auto country = co_await read_line(questions);
    if (!country) co_return;
    const bool knows_it = *country != kCountries[0];
    if (!knows_it) co_await sleep(300ms);
    const std::string_view answer = knows_it ? "Rome\n" : "Paris\n";
    co_await write_all(stream, answer);
  }
}

/// What happens when the one who asked has gone is no concern of the next one.
Async<> patient_atlas(DuplexStream stream) {
  try {
    co_await atlas(std::move(stream));
  } catch (const std::system_error&) {
    // Broken pipe: nobody waits for this answer any more.
  }
}

template <class Answers>
Async<> ask(DuplexStream& stream, Answers& answers, std::string_view country) {
  const std::string question = fmt::format("{}\n", country);
  co_await write_all(stream, question);
  auto in_time = co_await timeout(200ms, read_line(answers));
  if (in_time)
    fmt::print("   the capital of {}: {}\n", country, in_time->value_or("(the end)"));
  else
    fmt::print("   the capital of {}: no answer within 200 ms\n", country);
}

Async<> ask_on(DuplexStream stream) {
  BufReader answers(stream);
  // wrong: the answer to the first question is still on its way
  for (const std::string_view country : kCountries) co_await ask(stream, answers, country);
}

Async<> ask_one(DuplexStream stream, std::string_view country) {
  BufReader answers(stream);
  co_await ask(stream, answers, country);
}  // right: the connection ends here, and a late answer with it

Async<> same_connection() {
  auto ends = duplex(64);
  auto both = join(patient_atlas(std::move(ends.first)), ask_on(std::move(ends.second)));
  co_await both;
}

Async<> a_connection_each() {
  for (const std::string_view country : kCountries) {
    auto ends = duplex(64);
    auto both =
        join(patient_atlas(std::move(ends.first)), ask_one(std::move(ends.second), country));
    co_await both;
  }
}

}  // namespace

void late_answer(ExecutorOptions options) {
  fmt::print("Asking on:\n");
  Executor(options).block_on(same_connection());
  fmt::print("\nA new connection after a time-out:\n");
  Executor(options).block_on(a_connection_each());
}

}  // namespace book::story
