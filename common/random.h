// Random: the one generator of random numbers. Not for secrets: from one number all that follow can
// be told. It decides which ready task is polled next under --seed (chapter 04), and which branch a
// fair select asks first (08). (Sebastiano Vigna's splitmix64: one word of state, and every seed is
// as good as any other.)
#pragma once

#include <cstdint>
#include <utility>

namespace book {

class Random {
 public:
  /// The same numbers for the same seed.
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next_u64() noexcept {
    std::uint64_t number = state_ += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  }

  /// The generator of the executor that this thread runs, or null.
  static Random* current() noexcept { return current_; }

  /// Makes a generator the current one of this thread, until the end of the scope.
  class Scope {
   public:
    explicit Scope(Random& random) noexcept : previous_(std::exchange(current_, &random)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { current_ = previous_; }

   private:
    Random* previous_;
  };

 private:
  // An ordinary pointer with a constant initial value: reading it costs one instruction.
  static constinit inline thread_local Random* current_ = nullptr;

  std::uint64_t state_;
};

}  // namespace book
