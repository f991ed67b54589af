// Readers and a writer: part 4 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> readers_and_a_writer(Instant start);

/// A trap: a second read() in the hands of the first, and a writer has come between them.
Async<> reads_while_it_reads(Instant start);

}  // namespace book::story
