// A reference that outlives what it refers to, shown without touching it: a Witness knows which of
// its kind are alive, so the coroutine can ask before it would have read freed memory.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"

namespace book::stage {

class Witness {
 public:
  explicit Witness(std::string name) : name_(std::move(name)) { alive().insert(this); }
  Witness(const Witness& other) : name_(other.name_) { alive().insert(this); }
  Witness& operator=(const Witness&) = delete;
  ~Witness() { alive().erase(this); }

  /// Does `witness` still refer to a living one? Compares addresses only.
  static bool is_alive(const Witness& witness) { return alive().contains(&witness); }
  const std::string& name() const { return name_; }

 private:
  static std::set<const Witness*>& alive() {
    static std::set<const Witness*> all;
    return all;
  }
  std::string name_;
};

/// The trap: a reference parameter. The frame keeps the reference, and nothing keeps the object.
inline Async<std::string> greet_by_reference(const Witness& who) {
  co_await yield_now();
  if (!Witness::is_alive(who)) co_return "nobody: the one I refer to is gone";
  co_return who.name();
}

/// The cure: by value. The frame keeps its own.
inline Async<std::string> greet_by_value(Witness who) {
  co_await yield_now();
  co_return who.name();
}

}  // namespace book::stage
