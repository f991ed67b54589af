// The file processor: many files, a few at a time, and what goes wrong is told for each: part 7.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

/// Adds up the numbers of each file of a folder that it makes for itself.
Async<> six_files();

}  // namespace book::story
