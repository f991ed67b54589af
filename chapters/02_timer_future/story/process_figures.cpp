#include "02_timer_future/story/process_figures.h"

#include <malloc.h>

#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1  // g++ says it with this macro, clang with that feature
#endif
#endif

namespace book {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

}  // namespace

const int kThreadLimit = kThreadSanitizer ? 500 : std::numeric_limits<int>::max();

ProcessFigures read_process_figures() {
  std::ifstream status("/proc/self/status");
  ProcessFigures figures;
  for (std::string name; status >> name;) {
    long long value = 0;
    if (name == "Threads:" && status >> value) {
      figures.threads = static_cast<int>(value);
    } else if ((name == "VmRSS:" || name == "VmPTE:") && status >> value) {
      figures.memory_kib += value;
    } else if (name == "VmSize:" && status >> value) {
      figures.address_space_kib = value;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  if (figures.threads == 0)
    throw std::runtime_error("/proc/self/status does not say how many threads there are");
  // The sanitizer keeps a thread of its own, from the moment there is a second one.
  if (kThreadSanitizer && figures.threads > 1) --figures.threads;
  return figures;
}

void return_free_memory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace book
