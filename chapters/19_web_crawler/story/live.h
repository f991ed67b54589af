// A crawl of a real server, as `--url` asks for it.
#pragma once

#include <vector>

#include "common/program/chapter.h"

namespace book::story {

/// The options of a crawl.
std::vector<Option> crawl_options();

/// Crawls, and prints the report. Throws std::runtime_error when a link is broken, so that the
/// program ends with 1; after a signal it ends the process with 128 and the signal's number.
void crawl_for_real(const Args& args);

}  // namespace book::story
