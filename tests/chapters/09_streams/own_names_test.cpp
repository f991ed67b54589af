// The book's words are short ones, and a reader has functions called join, race, map and filter,
// too. Were the book's own functions, argument-dependent lookup would bring them into every call
// that has one of the book's futures among its arguments. They are objects: common/stream.h says
// so.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "07_join/join.h"
#include "08_select/race.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"

namespace readers_own {

template <class... F>
std::string join(F&&...) {
  return "my join";
}
template <class... F>
std::string race(F&&...) {
  return "my race";
}
template <class F>
std::string map(F&&) {
  return "my map";
}
template <class S>
std::string filter(S&&) {
  return "my filter";
}
template <class S>
std::string next(S&&) {
  return "my next";
}

TEST(OwnNames, TheReadersFunctionIsCalledWithTheBooksFutures) {
  EXPECT_EQ(join(book::ready(1), book::ready(2)), "my join");
  EXPECT_EQ(race(book::ready(1), book::ready(2)), "my race");
  EXPECT_EQ(map(book::ready(1)), "my map");
}

TEST(OwnNames, TheReadersFunctionIsCalledWithTheBooksStreams) {
  EXPECT_EQ(filter(book::empty<int>()), "my filter");
  EXPECT_EQ(next(book::iter(std::vector<std::string>{"a"})), "my next")
      << "neither book::next nor std::next";
}

}  // namespace readers_own
