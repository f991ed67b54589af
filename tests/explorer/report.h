// A schedule in columns, one a thread: who did what, where, and what came of it.
#pragma once

#include <string>

#include "explorer/explorer.h"

namespace book::explorer {

class World;

std::string columns(const Result& result, World& world);

}  // namespace book::explorer
