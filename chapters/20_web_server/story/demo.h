// --demo: the four steps on the stage, one after the other. Each gets the same four visitors at the
// same moment, one of whom asks for /sleep; the chart shows who waited for whom.
//
//     sequential: one thread, which awaits one visitor after the other
//       1  /sleep  |##############################|            ~1,001 ms
//       2  /       |..............................|#  waited   ~1,001 ms
#pragma once

#include <array>
#include <optional>
#include <string>

#include "20_web_server/steps/steps.h"
#include "common/clock.h"

namespace book::http {

struct Visit {
  std::string path;
  Duration took{0};  ///< from when all have asked to the answer
  int place = 0;     ///< 1: the first who had an answer
};

/// What became of one mode's visitors. The first one is the sleeper.
struct Scene {
  std::array<Visit, 4> visits{{{"/sleep"}, {"/"}, {"/"}, {"/"}}};

  /// Was this visitor answered only after the sleeper, although he asked for something quick?
  bool waited(const Visit& visit) const { return visit.place > visits[0].place; }
};

/// Starts the server of a plan, and sends it the visitors. Throws std::runtime_error when one is
/// not answered.
Scene play(const Plan& plan);

/// The lines of the chart.
std::string draw(const Scene& scene);

/// Plays and prints: one mode, or all of them.
void demonstrate(Plan plan, std::optional<Mode> only);

}  // namespace book::http
