// Three types that point into themselves: `b` points to `a`. They differ in what a move does to
// them.
//
//     Test             nobody has thought of it: b goes on pointing to the old place
//     PinnedTest       init wants a pin: from then on it is not to be moved, and b() checks that
//     RepairingTest    its own move constructor points b to the new place
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "06_pinning/pin.h"
#include "06_pinning/pin_box.h"

namespace book::story {

class Test {
 public:
  explicit Test(std::string text) : a_(std::move(text)) {}
  void init() { b_ = &a_; }

  const std::string& a() const { return a_; }
  void set_a(std::string text) { a_ = std::move(text); }
  /// Reads what b points to, wherever that is. The story keeps all its Tests alive meanwhile: what
  /// it shows is a wrong answer, and no undefined behaviour.
  const std::string& b() const {
    if (!b_) throw std::logic_error("Test::b was called before Test::init");
    return *b_;
  }

 private:
  std::string a_;
  const std::string* b_ = nullptr;
};

class PinnedTest {
 public:
  explicit PinnedTest(std::string text) : a_(std::move(text)) {}
  /// The book's second way to make one: on the heap, pinned from the beginning.
  static PinBox<PinnedTest> boxed(std::string text) {
    PinBox<PinnedTest> box = make_pin_box<PinnedTest>(std::move(text));
    init(box.as_mut());
    return box;
  }

  /// From here on it points into itself.
  static void init(Pin<PinnedTest*> self) {
    PinnedTest& test = self.get_unchecked_mut(unsafe);  // only a pointer is set: nothing moves
    test.b_ = &test.a_;
  }

  const std::string& a() const { return a_; }
  /// Compares before it reads, so that a broken promise is caught: std::logic_error.
  const std::string& b() const {
    if (!b_) throw std::logic_error("PinnedTest::b was called before PinnedTest::init");
    if (b_ != &a_) throw std::logic_error("b points into another object: this one was moved");
    return *b_;
  }

 private:
  std::string a_;
  const std::string* b_ = nullptr;
  [[no_unique_address, maybe_unused]] PhantomPinned pinned_;
};

/// Never copied, only moved; a copy would do the same.
class RepairingTest {
 public:
  explicit RepairingTest(std::string text) : a_(std::move(text)) {}
  RepairingTest(RepairingTest&& other) noexcept : a_(std::move(other.a_)), b_(&a_) {}
  RepairingTest& operator=(RepairingTest&& other) noexcept {
    a_ = std::move(other.a_);  // b_ points to this a_ already, and stays
    return *this;
  }
  ~RepairingTest() = default;

  const std::string& a() const { return a_; }
  const std::string& b() const { return *b_; }

 private:
  std::string a_;
  const std::string* b_ = &a_;
};

static_assert(Unpin<Test>, "the trap: it can be swapped, so C++ believes that it may be");
static_assert(!Unpin<PinnedTest>);
static_assert(Unpin<RepairingTest>, "it repairs itself");

}  // namespace book::story
