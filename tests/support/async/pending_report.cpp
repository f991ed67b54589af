#include "support/pending_report.h"

#include <dirent.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "04_io_executor/scheduler.h"
#include "common/append.h"
#include "support/watchdog.h"

namespace book::test {
namespace {

// Written by the thread that was asked, read by the one that asks once `answered` is up.
std::string answer;
sem_t answered;

// Runs on the executor's own thread, which alone may look at its tasks. That thread stands in the
// middle of something, in a wait as a rule, and the lists it walks are whole at every step. Should
// it hold a lock that the formatting needs, it does not answer, and the process ends all the same.
void on_question(int) {
  const int saved_errno = errno;
  answer.clear();
  if (const Scheduler* scheduler = Scheduler::current()) {
    if (const Task* task = Scheduler::polling()) {
      append(answer, "an executor is busy with the task spawned at {}:{}\n", task->place().file,
             task->place().line);
    }
    append(answer, "an executor has {}\n", scheduler->describe());
  }
  ::sem_post(&answered);
  errno = saved_errno;
}

std::vector<pid_t> other_threads() {
  std::vector<pid_t> threads;
  const pid_t self = static_cast<pid_t>(::syscall(SYS_gettid));
  if (DIR* folder = ::opendir("/proc/self/task")) {
    while (const dirent* entry = ::readdir(folder)) {
      const pid_t thread = static_cast<pid_t>(std::atoi(entry->d_name));
      if (thread > 0 && thread != self) threads.push_back(thread);
    }
    ::closedir(folder);
  }
  return threads;
}

bool wait_for_answer() {
  timespec until;
  ::clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  int result;
  do {
    result = ::sem_timedwait(&answered, &until);
  } while (result < 0 && errno == EINTR);
  return result == 0;
}

}  // namespace

std::string report_pending_tasks() {
  ::sem_init(&answered, 0, 0);
  struct sigaction action {};
  action.sa_handler = on_question;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR2, &action, nullptr);
  std::string report;
  for (pid_t thread : other_threads()) {
    if (::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR2) != 0) continue;
    if (!wait_for_answer()) {
      report += "a thread does not answer\n";
      break;  // it may still write into `answer`
    }
    report += answer;
  }
  return report;
}

namespace {

// Programs that link this file have it in the watchdog's message, those without an executor do not.
class ReportInEachTest : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { set_watchdog_report(report_pending_tasks); }
};

const bool registered [[maybe_unused]] = [] {
  testing::UnitTest::GetInstance()->listeners().Append(
      new ReportInEachTest);  // GoogleTest deletes it
  return true;
}();

}  // namespace
}  // namespace book::test
