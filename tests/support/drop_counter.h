// DropCounter: how many of its tokens are alive. Put a token where a leak would hide: into a
// future's value, a task's captures, a queue; at the end live() has to be 0.
//
//     test::DropCounter counter;
//     sender.send(counter.token());   ...   EXPECT_EQ(counter.live(), 0);
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace book::test {

class DropCounter {
 public:
  /// Copying one makes one more; a moved-from one counts no longer. From any thread.
  class Token {
   public:
    Token(const Token& other) : counts_(other.counts_) { born(); }
    Token(Token&& other) noexcept : counts_(std::move(other.counts_)) {}
    Token& operator=(Token other) noexcept {
      std::swap(counts_, other.counts_);
      return *this;
    }
    ~Token() {
      if (counts_) counts_->live.fetch_sub(1);
    }

   private:
    friend DropCounter;
    struct Counts {
      std::atomic<int> live{0};
      std::atomic<int> made{0};
    };
    explicit Token(std::shared_ptr<Counts> counts) : counts_(std::move(counts)) { born(); }
    void born() {
      if (!counts_) return;
      counts_->live.fetch_add(1);
      counts_->made.fetch_add(1);
    }

    std::shared_ptr<Counts> counts_;
  };

  Token token() const { return Token(counts_); }
  int live() const noexcept { return counts_->live.load(); }
  /// How many there ever were: counts the copies that were made on the way.
  int made() const noexcept { return counts_->made.load(); }

 private:
  std::shared_ptr<Token::Counts> counts_ = std::make_shared<Token::Counts>();
};

}  // namespace book::test
