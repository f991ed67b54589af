// A desk that lends buffers: to connections that have something to put into one, for as long as
// they do. A connection that waits needs none.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace book::story {

class BufferDesk {
  using Buffer = std::array<char, 4096>;

 public:
  /// A buffer on loan. Its destructor gives it back. The desk outlives its loans.
  class Loan {
   public:
    Loan(BufferDesk& desk, std::unique_ptr<Buffer> buffer) noexcept
        : desk_(&desk), buffer_(std::move(buffer)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (buffer_) desk_->take_back(std::move(buffer_));
    }
    std::span<char> bytes() const noexcept { return *buffer_; }

   private:
    BufferDesk* desk_;
    std::unique_ptr<Buffer> buffer_;
  };

  Loan lend() {
    if (here_.empty()) {
      here_.reserve(++bought_);
      here_.push_back(std::make_unique<Buffer>());
    }
    std::unique_ptr<Buffer> buffer = std::move(here_.back());
    here_.pop_back();
    return {*this, std::move(buffer)};
  }

  /// How many buffers there are: the most that were on loan at once.
  std::size_t bought() const noexcept { return bought_; }

 private:
  /// Does not allocate: there is room for as many as were bought.
  void take_back(std::unique_ptr<Buffer> buffer) noexcept { here_.push_back(std::move(buffer)); }

  std::vector<std::unique_ptr<Buffer>> here_;
  std::size_t bought_ = 0;
};

}  // namespace book::story
