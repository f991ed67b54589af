// SHA-1 and base64: what their RFCs say that they give.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "18_chat_server/websocket/base64.h"
#include "18_chat_server/websocket/sha1.h"
#include "chapters/18_chat_server/pair.h"

namespace book {
namespace websocket_digest_test {

using test::bytes_of;

TEST(Sha1, GivesTheDigestsOfItsRfc) {
  EXPECT_EQ(ws::sha1("abc"), bytes_of("a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d"));
  EXPECT_EQ(ws::sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            bytes_of("84983e44 1c3bd26e baae4aa1 f95129e5 e54670f1"));
  EXPECT_EQ(ws::sha1(std::string(1'000'000, 'a')),
            bytes_of("34aa973c d4c4daa4 f61eeb2b dbad2731 6534016f"));
  std::string ten;
  for (int i = 0; i < 20; ++i) ten += "01234567012345670123456701234567";
  EXPECT_EQ(ws::sha1(ten), bytes_of("dea356a2 cddd90c7 a7ecedc5 ebb56393 4f460452"));
  EXPECT_EQ(ws::sha1(""), bytes_of("da39a3ee 5e6b4b0d 3255bfef 95601890 afd80709"));
}

TEST(Base64, GivesTheExamplesOfItsRfcBothWays) {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {"\xff\xef\xbe", "/+++"}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(ws::to_base64(bytes), text);
    EXPECT_EQ(ws::from_base64(text), bytes);
  }
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "=", "====", "Zm9v=", "Zh==", "Zm9=",
                           "Zm 9", "Zm9v\n", "Zm9-", "Zg==Zg==", "Z=g="})
    EXPECT_EQ(ws::from_base64(text), std::nullopt) << text;
}

}  // namespace websocket_digest_test
}  // namespace book
