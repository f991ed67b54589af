#include "exercise/guests.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using story::Witness;

/// Makes the greeting of a guest who leaves at once.
template <class Greet>
Async<std::string> for_later(Greet greet) {
  Witness guest("Ada");
  return greet(guest);
}

std::string run(Async<std::string> greeting) {
  return block_on(std::move(greeting), {.time = TimeMode::virtual_time});
}

Async<std::string> greet(const Witness& guest) { return exercise::greet(guest); }
Async<std::string> greet_later(const Witness& guest) { return exercise::greet_later(guest, 1h); }

TEST(Guests, GreetKeepsItsGuest) {
  EXPECT_EQ(run(for_later(greet)), "hello, Ada")
      << "The guest was gone when the greeting was polled. A frame keeps a copy of each\n"
         "parameter, and the copy of a reference is a reference. (A copy that is made in\n"
         "the body is made at the first poll: that is too late.)";
}

TEST(Guests, GreetLaterKeepsItsGuest) {
  EXPECT_EQ(run(for_later(greet_later)), "hello, Ada")
      << "The coroutine reads `guest` out of the lambda, and the lambda was a local\n"
         "variable of greet_later. Somebody has to keep it until the greeting has ended.\n"
         "(Kept already? A lambda that captures with & keeps no guest.)";
}

TEST(Guests, GreetEachKeepsAllGuests) {
  std::vector<Async<std::string>> greetings;
  {
    const std::vector<Witness> guests{Witness("Ada"), Witness("Grace"), Witness("Edsger")};
    greetings = exercise::greet_each(guests);
  }
  std::string all;
  for (Async<std::string>& greeting : greetings) all += run(std::move(greeting)) + "; ";
  EXPECT_EQ(all, "hello, Ada; hello, Grace; hello, Edsger; ")
      << "async() keeps the lambda, and the lambda keeps what it captured. Captured with\n"
         "&, that is a reference to a guest who has left.";
}

TEST(Guests, AreLetGoWithTheFuture) {
  const auto before = Witness::how_many_are_alive();
  {
    Async<std::string> never_polled = for_later(greet);
    Async<std::string> neither = for_later(greet_later);
    EXPECT_GT(Witness::how_many_are_alive(), before);
  }
  EXPECT_EQ(Witness::how_many_are_alive(), before)
      << "The futures are gone, and a guest is still here. Let the frame own him: by\n"
         "value, without new and without static.";
}

}  // namespace
}  // namespace book
