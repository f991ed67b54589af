#include "17_io/sockets/address.h"

#include <gtest/gtest.h>

#include <string_view>

namespace book {
namespace address_test {

using namespace std::string_view_literals;

TEST(Address, ReadsDigitsOfBothKinds) {
  EXPECT_EQ(Address::parse("192.0.2.7", 80)->to_string(), "192.0.2.7:80");
  EXPECT_EQ(Address::parse("2001:db8::7", 80)->to_string(), "[2001:db8::7]:80");
  EXPECT_EQ(Address::parse("127.0.0.1", 7878), Address::loopback(7878));
}

TEST(Address, AnyIsEveryInterfaceAndLoopbackIsOne) {
  EXPECT_EQ(Address::any(80).to_string(), "0.0.0.0:80");
  EXPECT_EQ(Address::loopback(80).to_string(), "127.0.0.1:80");
}

TEST(Address, LooksUpNoNames) {
  for (const char* name : {"localhost", "", "1.2.3", "1.2.3.4.5", "::1::", "127.0.0.1 "})
    EXPECT_FALSE(Address::parse(name, 80).has_value()) << name;
}

TEST(Address, DigitsWithAHiddenTailAreNoAddress) {
  for (const std::string_view host : {"127.0.0.1\0tail"sv, "::1\0"sv, "\0"sv})
    EXPECT_FALSE(Address::parse(host, 80).has_value());
}

TEST(Address, TheSameDigitsAtAnotherInterfaceAreAnotherAddress) {
  const Address plain = *Address::parse("fe80::1", 80);
  Address two = plain, three = plain;
  reinterpret_cast<sockaddr_in6*>(two.data())->sin6_scope_id = 2;
  reinterpret_cast<sockaddr_in6*>(three.data())->sin6_scope_id = 3;
  EXPECT_EQ(two, Address(two));
  EXPECT_NE(two, three);
  EXPECT_NE(two, plain);
  EXPECT_EQ(two.to_string(), "[fe80::1%2]:80");
}

TEST(Address, FamilyDigitsAndPortHaveToBeTheSame) {
  const Address address = *Address::parse("192.0.2.7", 80);
  EXPECT_EQ(address, *Address::parse("192.0.2.7", 80));
  EXPECT_NE(address, *Address::parse("192.0.2.8", 80));
  EXPECT_NE(address, *Address::parse("192.0.2.7", 81));
  EXPECT_NE(address, *Address::parse("::ffff:192.0.2.7", 80));
  EXPECT_NE(address, Address());
  EXPECT_EQ(Address(), Address());
}

TEST(Address, ADefaultOneIsNowhere) {
  EXPECT_EQ(Address().to_string(), "nowhere");
  EXPECT_EQ(Address().port(), 0);
}

}  // namespace address_test
}  // namespace book
