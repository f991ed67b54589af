// The fault sweep: the whole server, with a fault at system call number 1, then at number 2, and so
// on until there is no such call; for every kind of fault that a kernel has in store, and for
// memory that runs out. After each run nothing may be left: no connection, no descriptor, no
// allocation. Every answer is whole and right, or its connection has ended; where the fault is one
// that nobody may notice (a short count, EINTR, EAGAIN), every answer is whole and right.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <mutex>
#include <new>
#include <ostream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "20_web_server/steps/blocking.h"
#include "20_web_server/steps/steps.h"
#include "fault_scenario.h"
#include "support/sanitizer.h"
#include "support/watchdog.h"

// --- Memory that runs out -------------------------------------------------------------------

namespace {

std::atomic<long> living_allocations{0};

void* allocate(std::size_t size, std::size_t alignment) {
  if (book::test::allocation_fails()) throw std::bad_alloc();
  void* const memory =
      alignment > 0 ? std::aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1))
                    : std::malloc(size);
  if (!memory) throw std::bad_alloc();
  living_allocations.fetch_add(1, std::memory_order_relaxed);
  return memory;
}
void give_back(void* memory) noexcept {
  if (memory) living_allocations.fetch_sub(1, std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

// Not inlined: g++ would see a free() of what it takes for new's.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size, 0); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { give_back(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  give_back(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  give_back(memory);
}

namespace book::test {
/// How GoogleTest names it.
static void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
}  // namespace book::test

namespace book::http::fault_sweep {
namespace fault_sweep_test {

using namespace std::chrono_literals;
using test::Effect;
using test::Fault;
using test::Schedule;

// --- The faults -----------------------------------------------------------------------------

/// Nobody may notice them.
const std::vector<Fault> kHarmless = {
    {"one byte at a time",
     {"recv", "send", "sendmsg", "read", "pread", "write"},
     Effect::moves_one_byte},
    {"half of it", {"recv", "send", "sendmsg", "read", "pread", "write"}, Effect::moves_half},
    {"EAGAIN", {"recv", "send", "sendmsg", "accept4", "openat2"}, Effect::would_block},
    {"EINTR",
     {"recv", "send", "sendmsg", "accept4", "read", "pread", "write", "openat2", "epoll_wait",
      "close"},
     Effect::fails,
     EINTR},
};

/// At accept4: the connection stays in the queue, and is accepted 50 ms later at the latest.
const std::vector<Fault> kAtTheDoor = {
    {"ECONNABORTED at accept4", {"accept4"}, Effect::fails, ECONNABORTED},
    {"EMFILE at accept4", {"accept4"}, Effect::fails, EMFILE},
    {"ENOBUFS at accept4", {"accept4"}, Effect::fails, ENOBUFS},
};

/// A connection may end of it, but only one.
const std::vector<Fault> kHarmful = {
    {"ECONNRESET", {"recv", "send", "sendmsg"}, Effect::fails, ECONNRESET},
    {"EPIPE", {"send", "sendmsg"}, Effect::fails, EPIPE},
    {"ETIMEDOUT", {"recv"}, Effect::fails, ETIMEDOUT},
    {"EMFILE",
     {"open", "openat", "openat2", "socket", "eventfd", "epoll_create1"},
     Effect::fails,
     EMFILE},
    {"ENFILE", {"openat2"}, Effect::fails, ENFILE},
    {"ENOMEM",
     {"openat2", "fstat", "fstatat", "epoll_ctl", "recv", "send", "setsockopt"},
     Effect::fails,
     ENOMEM},
    {"ENOSPC", {"epoll_ctl", "write"}, Effect::fails, ENOSPC},
    {"EIO", {"openat2", "fstat", "fstatat", "read", "pread", "write"}, Effect::fails, EIO},
    {"ENOTCONN", {"shutdown", "getpeername"}, Effect::fails, ENOTCONN},
    {"std::bad_alloc", {"new"}, Effect::fails, ENOMEM},
};

// --- One run --------------------------------------------------------------------------------

/// A server on a thread of its own, in which something goes wrong.
class Afflicted {
 public:
  Afflicted(Mode mode, const Plan& plan, const Fault& fault, const Schedule& schedule,
            test::Strikes& strikes)
      : mode_(mode), thread_([&, this] { live(plan, fault, schedule, strikes); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return port_ != 0 || over_; });
  }
  Afflicted(const Afflicted&) = delete;
  Afflicted& operator=(const Afflicted&) = delete;
  ~Afflicted() {
    stop_.abort();
    thread_.join();
  }

  /// 0: it could not even begin.
  std::uint16_t port() const { return port_; }
  void order_the_end() {
    const std::scoped_lock lock(mutex_);
    if (blocking_) blocking_->stop();
    stop_.request_stop();
  }
  /// False: it goes on and on.
  bool ends() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [this] { return over_; });
  }
  /// Why it has ended before it was told to; empty if it has not.
  const std::string& error() const { return error_; }

 private:
  void live(const Plan& plan, const Fault& fault, const Schedule& schedule,
            test::Strikes& strikes) noexcept {
    try {
      const test::Faults armed(fault, schedule, strikes);
      mode_ == Mode::blocking ? live_blocking(plan) : live_async(plan);
    } catch (const std::exception& error) {
      error_ = std::string("it ended with '") + error.what() + "'";
    }
    const std::scoped_lock lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  void live_async(const Plan& plan) {
    Server server(plan, Address::loopback(0));
    begun(server.port());
    server.run(stop_);
  }
  /// Without the second thread that a blocking Server has: faults are a matter of one thread.
  void live_blocking(const Plan& plan) {
    Settings settings = plan.settings;
    settings.keep_alive = false;
    Site site(plan.root, settings);
    TcpListener listener = TcpListener::bind(Address::loopback(0));
    const std::uint16_t port = listener.local_address().port();
    BlockingServer server(std::move(listener), site);
    struct Here {
      Here(Afflicted& self, BlockingServer& server) : self(self) {
        const std::scoped_lock lock(self.mutex_);
        self.blocking_ = &server;
      }
      ~Here() {
        const std::scoped_lock lock(self.mutex_);
        self.blocking_ = nullptr;
      }
      Afflicted& self;
    } here(*this, server);
    begun(port);
    server.serve();
  }
  void begun(std::uint16_t port) {
    const std::scoped_lock lock(mutex_);
    port_ = port;
    changed_.notify_all();
  }

  const Mode mode_;
  Stop stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint16_t port_ = 0;
  bool over_ = false;
  BlockingServer* blocking_ = nullptr;
  std::string error_;
  std::thread thread_;  // last: it uses all of them
};

class FaultSweep : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
    test::give_this_test(test::under_sanitizer() ? 300s : 90s);
    plan_.root = place_.folder.root().string();
    plan_.settings.access_log = log_;
    plan_.settings.slow_delay = 1ms;
    // No limit of time covers up for a wake that was lost.
    plan_.settings.header_timeout = plan_.settings.idle_timeout = 1h;
    plan_.settings.write_timeout = plan_.settings.grace = 1h;
    run({"no fault"}, {.first = 0}, true);  // what is made once for all is made now
  }

  /// One visit, with one plan of faults. False when nothing was struck.
  bool run(const Fault& fault, const Schedule& schedule, bool harmless) {
    ++runs_;
    std::remove(log_.c_str());
    test::Strikes strikes;
    const int descriptors = test::open_descriptors();
    const long allocations = living_allocations;
    bool failed = false;
    {
      Visit visit{
          strikes, harmless,
          std::string(name_of(plan_.mode)) + " server, " + fault.name + " " + schedule.to_string()};
      {
        Afflicted server(plan_.mode, plan_, fault, schedule, strikes);
        visit.port = server.port();
        const auto order = [&] { server.order_the_end(); };
        if (visit.port != 0) {
          if (plan_.mode == Mode::concurrent)
            visit_all(visit, place_, order);
          else
            visit_one_by_one(visit, place_, order);
        }
        if (!server.ends()) visit.fail("the server does not come to its end");
        if (!server.error().empty()) {
          visit.fail(server.error());
          // A server that cannot begin says why, and that is that.
          if (!harmless && strikes.began_early()) visit.failure.clear();
        } else if (visit.port != 0) {
          check_log(visit);
        }
      }
      strikes_ += strikes.count();
      if (visit.failure.empty() && test::open_descriptors() != descriptors) {
        visit.fail("descriptors are left open: " + std::to_string(test::open_descriptors()) +
                   " instead of " + std::to_string(descriptors));
      }
      failed = !visit.failure.empty();
      if (failed) ADD_FAILURE() << visit.failure;
    }
    if (!failed && living_allocations != allocations) {
      failed = true;
      ADD_FAILURE() << fault.name << " " << schedule.to_string() << ", which hit " << strikes.what()
                    << ": " << living_allocations - allocations << " allocations are left";
    }
    if (failed) ++failures_;
    return strikes.count() > 0;
  }

  /// Whatever happens to the log, it has no half lines.
  void check_log(Visit& visit) {
    std::ifstream file(log_);
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
      const bool begins = line.starts_with("127.0.0.1 - - [") || line.starts_with("- - - [");
      const bool ends = !file.eof() && (line.back() == '-' || std::isdigit(line.back()));
      if (!begins || !ends) visit.fail("a line of the log is not whole: " + line);
    }
    if (visit.harmless && lines != visit.whole_answers)
      visit.fail(std::to_string(visit.whole_answers) + " answers and " + std::to_string(lines) +
                 " lines in the log");
  }

  /// The fault at each call in turn, and at `times - 1` after it. (If that is some, then each call
  /// is one of them once.)
  void sweep(const Fault& fault, bool harmless, long times = 1) {
    long k = 1;
    const int most_failures = failures_ + 3;
    while (run(fault, {.first = k, .times = times}, harmless) && failures_ < most_failures) {
      ASSERT_LT(k, 5000) << fault.name << ": there is no end to the calls";
      k += times * step_;
    }
    EXPECT_GT(k, 1) << fault.name << " never struck: it is no fault of this server";
    swept_ += std::string(swept_.empty() ? "" : ", ") + fault.name + " " + std::to_string(k - 1);
  }

  void TearDown() override {
    if (runs_ == 0) return;
    const std::string sample = step_ > 1 ? ", at one call in " + std::to_string(step_) : "";
    std::printf("             %ld runs, %ld faults%s%s%s\n", runs_, strikes_, sample.c_str(),
                swept_.empty() ? "" : ": ", swept_.c_str());
  }

  Place place_;
  const std::string log_ = (place_.folder.base() / "access.log").string();
  Plan plan_;
  long step_ = test::under_sanitizer() ? 7 : 1;  // every so many calls are struck
  long runs_ = 0, strikes_ = 0;
  int failures_ = 0;
  std::string swept_;
};

class EveryFault : public FaultSweep, public ::testing::WithParamInterface<Fault> {};

/// "one byte at a time" -> "OneByteAtATime"
std::string name_of_test(const ::testing::TestParamInfo<Fault>& info) {
  std::string name;
  bool begins = true;
  for (const char c : std::string_view(info.param.name)) {
    if (std::isalnum(c)) name += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = !std::isalnum(c);
  }
  return name;
}

class Harmless : public EveryFault {};
INSTANTIATE_TEST_SUITE_P(, Harmless, ::testing::ValuesIn(kHarmless), name_of_test);

TEST_P(Harmless, OnceAtEveryCall) { sweep(GetParam(), true); }
TEST_P(Harmless, ThreeInARowAtEveryCall) { sweep(GetParam(), true, 3); }

/// Again and again: nothing is lost, and nothing comes twice.
TEST_P(Harmless, AtEveryOtherCall) {
  for (const long every : {2, 3, 5, 11}) {
    for (long k = 1; k <= every; ++k)
      run(GetParam(), {.first = k, .times = Schedule::kAlways, .every = every}, true);
  }
}

class AtTheDoor : public EveryFault {};
INSTANTIATE_TEST_SUITE_P(, AtTheDoor, ::testing::ValuesIn(kAtTheDoor), name_of_test);

TEST_P(AtTheDoor, OnceAtEveryCall) { sweep(GetParam(), true); }

class Harmful : public EveryFault {};
INSTANTIATE_TEST_SUITE_P(, Harmful, ::testing::ValuesIn(kHarmful), name_of_test);

TEST_P(Harmful, OnceAtEveryCall) { sweep(GetParam(), false); }
TEST_P(Harmful, ThreeInARowAtEveryCall) { sweep(GetParam(), false, 3); }

/// The steps that serve one client after the other meet the same kernel.
class SmallSweep : public FaultSweep, public ::testing::WithParamInterface<Mode> {};
INSTANTIATE_TEST_SUITE_P(, SmallSweep, ::testing::Values(Mode::blocking, Mode::sequential),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST_P(SmallSweep, OnceAtEveryCall) {
  plan_.mode = GetParam();
  step_ *= 7;
  for (const Fault& fault : kHarmless) {
    // A socket that blocks says EAGAIN for one reason, and the client is not too slow.
    const bool never = GetParam() == Mode::blocking && fault.effect == Effect::would_block;
    if (!never) sweep(fault, true);
  }
  for (const Fault& fault : kAtTheDoor) sweep(fault, true);
  for (const Fault& fault : kHarmful) sweep(fault, false);
}

}  // namespace fault_sweep_test
}  // namespace book::http::fault_sweep
