#include "exercise/fair_search.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"

namespace book {
namespace {

using exercise::fair_search;
using Found = std::optional<std::size_t>;

/// The search, and another task that counts the turns it gets meanwhile.
struct Hall {
  Found found;
  bool over = false;
  int turns = 0;

  static Async<> searches(Hall& hall, const std::string& text, const std::string& word) {
    hall.found = co_await fair_search(text, word);
    hall.over = true;
  }
  static Async<> counts(Hall& hall) {
    while (!hall.over) {
      ++hall.turns;
      co_await yield_now();
    }
  }
  void search(const std::string& text, const std::string& word) {
    Executor executor;
    executor.spawn(searches(*this, text, word));
    executor.spawn(counts(*this));
    executor.run();
  }
};

TEST(FairSearch, Finds) {
  const struct {
    std::string text, word;
    Found at;
  } cases[] = {{"a haystack", "stack", 5},
               {"aab", "ab", 1},
               {"", "a", std::nullopt},
               {"abc", "", 0},
               {"", "", 0},
               {"abc", "abcd", std::nullopt},
               {"abcabc", "abc", 0},
               {"abab", "x", std::nullopt}};
  for (const auto& one : cases) {
    Hall hall;
    hall.search(one.text, one.word);
    EXPECT_EQ(hall.found, one.at) << '"' << one.word << "\" in \"" << one.text << '"';
  }
}

TEST(FairSearch, LetsTheOthersLive) {
  Hall hall;
  hall.search(std::string(100'000, 'a') + "b", "ab");
  EXPECT_EQ(hall.found, Found(99'999));
  EXPECT_GE(hall.turns, 100) << "100,000 places to look at, and the other task had " << hall.turns
                             << " turns. breathe() as you go.";
  EXPECT_LE(hall.turns, 10'000) << "The other task had a turn at nearly each step (" << hall.turns
                                << " in all): that costs more than the search. breathe() is free "
                                   "most of the time.";
}

// Where the first letter never fits, most searches take a short cut.
TEST(FairSearch, LetsTheOthersLiveOnItsFastPath) {
  Hall hall;
  hall.search(std::string(100'000, 'x'), "ab");
  EXPECT_EQ(hall.found, std::nullopt);
  EXPECT_GE(hall.turns, 100)
      << "No letter of this text is the first of the word, and the other task "
         "had "
      << hall.turns << " turns: your short cut goes past breathe().";
}

TEST(FairSearch, SearchesWhatItWasGiven) {
  struct Caller {
    std::string text = std::string(10'000, 'x') + "ab";
    Found found;
    static Async<> searches(Caller& caller) {
      const std::string word = "ab";
      caller.found = co_await fair_search(caller.text, word);
    }
    static Async<> edits(Caller& caller) {
      for (char& letter : caller.text) letter = '-';
      co_return;
    }
  } caller;
  Executor executor;
  executor.spawn(Caller::searches(caller));
  executor.spawn(Caller::edits(caller));  // in the first turn that the search leaves to others
  executor.run();
  EXPECT_EQ(caller.found, Found(10'000))
      << "While the search let the others live, its caller wrote over the text, and the search "
         "went "
         "on in that. A coroutine that waits needs a copy of its own: take it by value.";
}

}  // namespace
}  // namespace book
