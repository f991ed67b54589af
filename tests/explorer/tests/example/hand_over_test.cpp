// What the test of an explored exercise looks like. The answer is one of the headers beside this
// file.
#include "exercise/hand_over.h"

#include <gtest/gtest.h>

#include "explorer/expect.h"

namespace book::explorer {
namespace {

TEST(HandOver, NoValueIsLostOrSeenTooEarly) {
  expect_every_schedule("one gives, one takes", [](Explore& e) {
    auto& desk = e.make<HandOver>();
    e.name(desk, "desk");
    e.thread("giver", [&desk] { desk.give(7); });
    e.thread("taker",
             [&desk] { check(desk.take() == 7, "another value came out than was put in"); });
  });
}

}  // namespace
}  // namespace book::explorer
