// Runs each case in a process of its own, because a miscompiled one may do anything.
//
//   canary             says which shapes this compiler miscompiles
//   canary --pinned    and fails when that is not what is known of g++ 12
//
// In both forms it fails when a shape that the book uses is not healthy.
#include "docs/canary/canary.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace canary {
namespace {

// Destroys the coroutine after `resumes` resumptions, or lets it finish.
bool healthy_until(Task (*make)(), int resumes) {
  alive.clear();
  wrong = 0;
  bool finished = false;
  int value = 0;
  {
    Task task = make();
    if (resumes > 0) task.handle.resume();
    for (int i = 1; i < resumes && !task.handle.done(); ++i) waiting.resume();
    finished = task.handle.done();
    if (finished) value = task.handle.promise().value;
  }
  return alive.empty() && wrong == 0 && (!finished || value == 1);
}

bool healthy(Task (*make)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::alarm(10);
    ::dup2(::open("/dev/null", O_WRONLY), 2);  // the C library's last words about a double free
    bool all = true;
    for (int resumes : {100, 0, 1, 2, 3, 4}) all = all && healthy_until(make, resumes);
    ::_exit(all ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace
}  // namespace canary

int main(int argc, char** argv) {
  const bool pinned = argc > 1 && std::strcmp(argv[1], "--pinned") == 0;
  int failures = 0;
  const auto report = [&](const char* name, const char* shape, bool well, bool ill_in_gcc12) {
    std::printf("%-20s %-46s %s\n", name, shape,
                well ? "well in this compiler" : "miscompiled by this compiler");
    if (pinned && well == ill_in_gcc12) {
      ++failures;
      std::printf("    This is news for g++ 12: correct tests/docs/canary/README.md.\n");
    }
  };

  auto& cases = canary::cases();
  std::sort(cases.begin(), cases.end(),
            [](const auto& a, const auto& b) { return std::strcmp(a.name, b.name) < 0; });
  for (const canary::Case& one : cases) {
    std::fflush(stdout);
    report(one.name, one.shape, canary::healthy(one.mistake), one.since == canary::Since::gcc12);
    if (!canary::healthy(one.instead)) {
      ++failures;
      std::printf(
          "    The shape to write instead is not healthy either: see tests/docs/canary/%s.cpp\n",
          one.name);
    }
  }
  report("beside_and", "Tracked(1).value == 1 && co_await x", CANARY_TAKES_BESIDE_AND, true);
  return failures == 0 ? 0 : 1;
}
