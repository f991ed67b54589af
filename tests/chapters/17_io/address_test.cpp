#include "17_io/address.h"

#include <gtest/gtest.h>

#include <string_view>

namespace book {
namespace {

using namespace std::string_view_literals;

TEST(Address, ReadsDigitsOfBothKinds) {
  EXPECT_EQ(Address::parse("192.0.2.7", 80)->to_string(), "192.0.2.7:80");
  EXPECT_EQ(Address::parse("2001:db8::7", 80)->to_string(), "[2001:db8::7]:80");
  EXPECT_EQ(Address::parse("127.0.0.1", 7878), Address::loopback(7878));
}

TEST(Address, LooksUpNoNames) {
  for (const char* name : {"localhost", "", "1.2.3", "1.2.3.4.5", "::1::", "127.0.0.1 "})
    EXPECT_FALSE(Address::parse(name, 80).has_value()) << name;
}

TEST(Address, DigitsWithAHiddenTailAreNoAddress) {
  for (const std::string_view host : {"127.0.0.1\0tail"sv, "::1\0"sv, "\0"sv})
    EXPECT_FALSE(Address::parse(host, 80).has_value());
}

TEST(Address, ADefaultOneIsNowhere) {
  EXPECT_EQ(Address().to_string(), "nowhere");
  EXPECT_EQ(Address().port(), 0);
}

}  // namespace
}  // namespace book
