// The program of measures.h. It prints a line a measure, its fields divided by tabs:
//
//     measures            name  what  baseline  unit  ours  baseline's  ratio     for table.awk
//     measures --count    name  ours|baseline  times      and a pair of marks, for instructions.sh
//                         name  ours|baseline  = bytes    and none
//
// Times are medians of rounds in which ours and the baseline take turns; so is the ratio, of the
// ratios within a round. To be run in the top folder.
#include "measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

extern "C" [[gnu::noinline]] void book_measures_mark() { asm volatile(""); }

namespace book::measures {
namespace {

constexpr int kRounds = 7;
constexpr int kCounted = kBatch;
constexpr double kLongEnough = 5e6;  // nanoseconds

double once(const Measure& measure, const Side& side, int times) {
  Meter meter(times, false);
  side.run(meter);
  return measure.unit == Unit::bytes ? meter.bytes() : meter.nanoseconds() / times;
}

/// How often, so that it takes long enough to be timed.
int enough(const Measure& measure, const Side& side) {
  int times = kBatch;
  if (measure.unit == Unit::bytes) return times;
  while (once(measure, side, times) * times < kLongEnough && times < 100'000'000) times *= 2;
  return times;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void time(const Measure& measure) {
  const int times = enough(measure, measure.ours);
  const int baseline_times = enough(measure, measure.baseline);
  std::vector<double> ours, baseline, ratios;
  for (int round = 0; round < kRounds; ++round) {
    ours.push_back(once(measure, measure.ours, times));
    baseline.push_back(once(measure, measure.baseline, baseline_times));
    ratios.push_back(ours.back() / baseline.back());
  }
  fmt::print("{}\t{}\t{}\t{}\t{:.1f}\t{:.1f}\t{:.2f}\n", measure.name, measure.ours.what,
             measure.baseline.what, measure.unit == Unit::bytes ? "bytes" : "ns", median(ours),
             median(baseline), median(ratios));
  std::fflush(stdout);
}

/// Once without marks first: what comes only with the first use is not counted.
void count(const Measure& measure, const char* which, const Side& side) {
  once(measure, side, kCounted);
  Meter meter(kCounted, true);
  side.run(meter);
  if (measure.unit == Unit::bytes) {
    fmt::print("{}\t{}\t= {:.0f}\n", measure.name, which, meter.bytes());
  } else {
    fmt::print("{}\t{}\t{}\n", measure.name, which, kCounted);
  }
}

}  // namespace
}  // namespace book::measures

int main(int argc, char** argv) {
  using namespace book::measures;
  Measures all;
  add_task_measures(all);
  add_wait_measures(all);
  add_http_measures(all);
  const bool counts = argc == 2 && argv[1] == std::string_view("--count");
  if (argc > 1 && !counts) {
    fmt::print(stderr, "usage: measures [--count]\n");
    return 2;
  }
  for (const Measure& measure : all) {
    if (counts) {
      count(measure, "ours", measure.ours);
      count(measure, "baseline", measure.baseline);
    } else {
      time(measure);
    }
  }
}
