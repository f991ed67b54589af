#include "support/system_calls.h"

#include "support/stand_ins.h"

namespace book::test {

long SystemCalls::all() const {
  long sum = 0;
  for (long n : counts_) sum += n;
  return sum;
}

std::string SystemCalls::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (counts_[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::string(kNames[i]) + " " + std::to_string(counts_[i]);
  }
  return text.empty() ? "none" : text;
}

SystemCalls system_calls() { return calls_of_thread().made; }

void fail_next(std::string_view name, int error, int times) {
  CallsOfThread& calls = calls_of_thread();
  calls.fails_next = SystemCalls::index_of(name);
  calls.error = error;
  calls.times = times;
}

void let_next_connect_meet_itself() { calls_of_thread().meets_itself = true; }

}  // namespace book::test
