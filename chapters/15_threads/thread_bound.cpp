#include "15_threads/thread_bound.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "15_threads/worker.h"

namespace book {
namespace {

/// An address that no other living thread has.
const void* this_thread() noexcept {
  static thread_local char token;
  return &token;
}

int this_worker() noexcept {
  const Worker* worker = Worker::current();
  return worker ? static_cast<int>(worker->number()) : -1;
}

std::string name_of(int worker) {
  return worker < 0 ? std::string("a thread of no pool") : fmt::format("worker {}", worker);
}

std::string complaint(const char* what, int made, int used) {
  const std::string other = made == used ? "another one" : name_of(used);
  return fmt::format(
      "{} was made on {} and used on {}: keep it in a block without co_await, or spawn_local", what,
      name_of(made), other);
}

}  // namespace

ThreadBound::ThreadBound(const char* what) noexcept
    : what_(what), thread_(this_thread()), worker_(this_worker()) {}

ThreadBound::ThreadBound(const ThreadBound& other)
    : what_(other.what_), thread_(other.thread_), worker_(other.worker_) {
  check();
}

ThreadBound& ThreadBound::operator=(const ThreadBound& other) {
  check();
  other.check();
  return *this;
}

ThreadBound::~ThreadBound() {
  if (is_here()) return;
  std::fprintf(stderr, "%s\n", complaint(what_, worker_, this_worker()).c_str());
  std::terminate();
}

bool ThreadBound::is_here() const noexcept { return thread_ == this_thread(); }

void ThreadBound::check() const {
  if (!is_here()) throw std::logic_error(complaint(what_, worker_, this_worker()));
}

}  // namespace book
