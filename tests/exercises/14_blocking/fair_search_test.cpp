#include "exercise/fair_search.h"

#include <gtest/gtest.h>

#include <exception>
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
  std::string error;  ///< of a search that threw
  bool over = false;
  int turns = 0;
  int most = 1'000'000;  ///< of them: then it counts no more, and the search is dropped

  static Async<> searches(Hall& hall, const std::string& text, const std::string& word) {
    try {
      hall.found = co_await fair_search(text, word);
    } catch (const std::exception& error) {
      hall.error = error.what();
    }
    hall.over = true;
  }
  static Async<> counts(Hall& hall) {
    while (!hall.over && hall.turns < hall.most) {
      ++hall.turns;
      co_await yield_now();
    }
  }
  void search(const std::string& text, const std::string& word) {
    Executor executor;
    executor.spawn(searches(*this, text, word));
    executor.block_on(counts(*this));
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
    hall.most = 20;  // there are a few places to look at, and 128 steps to a turn
    hall.search(one.text, one.word);
    EXPECT_TRUE(hall.over && hall.error.empty())
        << "\"" << one.word << "\" in \"" << one.text
        << "\": it looked behind the end of the text. Sizes have no sign: "
           "text.size() - word.size() is huge when the word is longer.";
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

/// A caller who has other plans for its text and its word.
struct Caller {
  std::string text = std::string(10'000, 'x') + "ab";
  std::string word = "ab";
  Found found;

  static Async<> searches(Caller& caller) {
    caller.found = co_await fair_search(caller.text, caller.word);
  }
  static Async<> searches_later(Caller& caller) {
    auto search = fair_search(caller.text, caller.word);
    caller.overwrite_text();
    caller.found = co_await search;
  }
  static Async<> edits_text(Caller& caller) {
    caller.overwrite_text();
    co_return;
  }
  static Async<> edits_word(Caller& caller) {
    for (char& letter : caller.word) letter = '-';
    co_return;
  }
  void overwrite_text() {
    for (char& letter : text) letter = '-';
  }
};

TEST(FairSearch, SearchesWhatItWasGiven) {
  Caller caller;
  Executor executor;
  executor.spawn(Caller::searches(caller));
  executor.spawn(Caller::edits_text(caller));  // in the first turn that the search leaves to others
  executor.run();
  EXPECT_EQ(caller.found, Found(10'000))
      << "While the search let the others live, its caller wrote over the text, and the search "
         "went on in that. A coroutine that waits needs a copy of its own: take it by value.";
}

TEST(FairSearch, SearchesForWhatItWasGiven) {
  Caller caller;
  Executor executor;
  executor.spawn(Caller::searches(caller));
  executor.spawn(Caller::edits_word(caller));
  executor.run();
  EXPECT_EQ(caller.found, Found(10'000))
      << "While the search let the others live, its caller wrote over the word, and the search "
         "went on for that. Take the word by value, as the text.";
}

TEST(FairSearch, HasItsCopyBeforeItBegins) {
  Caller caller;
  Executor executor;
  executor.block_on(Caller::searches_later(caller));
  EXPECT_EQ(caller.found, Found(10'000))
      << "Its caller wrote over the text between the call and the first poll. A copy that is made "
         "in the body of a coroutine comes too late: take it by value, as a parameter.";
}

}  // namespace
}  // namespace book
