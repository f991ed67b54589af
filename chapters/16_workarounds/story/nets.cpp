#include "16_workarounds/story/nets.h"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "15_threads/send.h"
#include "15_threads/send_async.h"
#include "common/start_thread.h"
#include "common/thread_bound.h"

namespace book::story {
namespace {

/// What has to stay on its thread: a count without a lock, say. It says so to the compiler (net 1),
/// and watches over it while it runs (net 3).
class Stays : NotSend {
 public:
  Stays() : bound_(std::make_shared<ThreadBound>("Stays")) { left_behind().push_back(bound_); }
  void use() const { bound_->check(); }

  /// Here each is kept until its own thread comes by. (A ThreadBound that is a plain member, as it
  /// is meant to be, ends the program when another thread destroys it.)
  static std::vector<std::shared_ptr<ThreadBound>>& left_behind() {
    static std::vector<std::shared_ptr<ThreadBound>> all;
    return all;
  }

 private:
  std::shared_ptr<ThreadBound> bound_;
};

// SendAsync is net 2. All three of these compile, for it does not see what is in a frame. With a
// parameter of this type, (Stays stays), the coroutine would not: "a parameter of this coroutine is
// not Send".

SendAsync<> as_a_temporary() {
  Stays().use();
  co_await yield_now();
}

SendAsync<> in_a_block() {
  {
    const Stays stays;
    stays.use();
  }
  co_await yield_now();
}

SendAsync<> across_the_await() {
  const Stays stays;
  co_await yield_now();
  stays.use();
}

/// Begins on this thread, and goes on in another, as a task of a pool may. What that one says.
std::string on_two_threads(SendAsync<> future) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  (void)future.poll(cx);
  std::string said = "passes";
  start_thread([&] {
    try {
      (void)future.poll(cx);
    } catch (const std::logic_error& error) {
      said = error.what();
    }
  }).join();
  return said;
}

}  // namespace

void four_nets() {
  const auto tell = [](const char* where, const std::string& what) {
    fmt::print("     {:18} {}\n", where, what);
  };
  const auto asked = [](bool is_send) { return is_send ? "passes" : "refused"; };
  const auto captures = [stays = Stays()] { stays.use(); };
  fmt::print("   asked of its type\n");
  tell("by itself:", asked(Send<Stays>));
  tell("in a vector:", asked(Send<std::vector<Stays>>));
  tell("in a lambda:", asked(Send<decltype(captures)>));
  tell("in a coroutine:", asked(Send<decltype(across_the_await())>));
  fmt::print("   watched while it runs\n");
  tell("as a temporary:", on_two_threads(as_a_temporary()));
  tell("in a block:", on_two_threads(in_a_block()));
  tell("across the await:", on_two_threads(across_the_await()));
  Stays::left_behind().clear();
}

}  // namespace book::story
