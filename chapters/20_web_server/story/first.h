// --mode first and --mode first-spawn: the first server of the chapter, on a port of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/program/chapter.h"

namespace book::http {

/// "first", "first-spawn".
const std::vector<std::string>& first_mode_names();

/// Is this mode one of the two?
bool is_first_mode(std::string_view name);

/// Serves until Ctrl-C, on the port of --port, 7878 without one. Throws UsageError for an option
/// that needs more of a server than this one has, and whatever ends it: one rude client will do, in
/// the mode "first".
void run_first(const Args& args);

}  // namespace book::http
