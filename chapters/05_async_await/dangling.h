// A reference that outlives what it refers to, shown without touching it: the Witnesses keep a list
// of who of them is alive, so a coroutine can ask before it would have read freed memory.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"

namespace book::story {

class Witness {
 public:
  explicit Witness(std::string name) : name_(std::move(name)) { alive().insert(this); }
  Witness(const Witness& other) : Witness(name_of(other)) {}
  Witness& operator=(const Witness&) = delete;
  ~Witness() { alive().erase(this); }

  /// The name of `who`, if there is anybody behind that reference any more. Looks at the address
  /// first, and reads nothing that is gone.
  friend std::string name_of(const Witness& who) {
    return alive().contains(&who) ? who.name_ : "nobody: the one I refer to is gone";
  }
  static std::size_t how_many_are_alive() { return alive().size(); }

 private:
  static std::set<const Witness*>& alive() {
    static std::set<const Witness*> all;
    return all;
  }
  std::string name_;
};

/// The trap: a reference parameter. The frame keeps the reference, not the guest.
inline Async<std::string> greet_by_reference(const Witness& who) {
  co_await yield_now();
  co_return name_of(who);
}

/// The cure: by value. The frame keeps its own.
inline Async<std::string> greet_by_value(Witness who) {
  co_await yield_now();
  co_return name_of(who);
}

}  // namespace book::story
