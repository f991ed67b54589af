// The canary's cage: a minimal coroutine, an object that counts its ends, and a table of cases.
//
// A case is a coroutine written in a shape that some g++ miscompiles, and the same thing written in
// the shape this book uses. Each runs to its end, and is destroyed at each of its suspensions;
// every Tracked must be destroyed exactly once. canary.cpp runs them; README.md here tells the
// story.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace canary {

/// Where the innermost coroutine waits; the cage resumes it.
inline std::coroutine_handle<> waiting;

/// Objects alive, by address, and how many ends or beginnings were wrong.
inline std::set<const void*> alive;
inline int wrong = 0;

/// Has a constructor and a destructor that matter, as a string or a shared_ptr has.
struct Tracked {
  explicit Tracked(int v) : value(v) { begin(); }
  Tracked(const Tracked& other) : value(other.value) { begin(); }
  Tracked(Tracked&& other) noexcept : value(other.value) { begin(); }
  Tracked& operator=(const Tracked&) = default;
  ~Tracked() { wrong += alive.erase(this) == 0; }  // a second end of the same object
  void begin() { wrong += !alive.insert(this).second; }

  int value;
};

/// An aggregate: no constructor, so braces fill its members one by one.
struct Aggregate {
  Tracked tracked;
  int number = 0;
};

/// Suspends once, then gives `value`.
struct Suspend {
  int value = 1;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) const { waiting = h; }
  int await_resume() const { return value; }
};

class Task {
 public:
  struct promise_type {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct ToParent {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
        if (h.promise().parent) return h.promise().parent;
        return std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    ToParent final_suspend() noexcept { return {}; }
    void return_value(int v) { value = v; }
    void unhandled_exception() { std::terminate(); }

    // A frame is aligned as operator new promises, to 16, and to no more by good luck.
    static void* operator new(std::size_t size) {
      return static_cast<char*>(std::aligned_alloc(64, (size + 79) / 64 * 64)) + 16;
    }
    static void operator delete(void* frame) { std::free(static_cast<char*>(frame) - 16); }

    int value = 0;
    std::coroutine_handle<> parent;
  };

  explicit Task(std::coroutine_handle<promise_type> h) : handle(h) {}
  Task(Task&& other) noexcept : handle(std::exchange(other.handle, {})) {}
  ~Task() {
    if (handle) handle.destroy();
  }
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) {
    handle.promise().parent = parent;
    return handle;
  }
  int await_resume() const { return handle.promise().value; }

  std::coroutine_handle<promise_type> handle;
};

/// The g++ from which on the shape is miscompiled.
enum class Since { gcc12, gcc15 };

struct Case {
  const char* name;
  const char* shape;
  Task (*mistake)();
  Task (*instead)();
  Since since = Since::gcc12;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

/// Puts a case into the table: one in each file.
struct Register {
  explicit Register(Case one) { cases().push_back(one); }
};

}  // namespace canary
