// Closing while something unread has come: that is a reset, and a reset destroys what the client
// has not read, and what the system has not even sent, because the client's window had no room for
// it.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "client.h"
#include "program.h"
#include "site_folder.h"
#include "under_fire.h"

namespace book::http {
namespace fire_close_test {

constexpr std::size_t kSize = 32 * 1024;  // bytes: more than a small window, and kept in memory

class Closing : public testing::TestWithParam<const char*> {
 protected:
  Closing() { folder_.write("small.bin", std::string(kSize, 'x')); }

  /// Sends `head` and, apart from it, `stray`; then reads. What is wrong with what came, or
  /// nothing.
  static std::string visit(std::uint16_t port, const std::string& head, const std::string& stray) {
    Client client(port, {.receive_buffer = 2048});
    client.hurries().sends(head).sends(stray);
    std::string got;
    char buffer[4096];
    ssize_t n = 0;
    while ((n = ::recv(client.fd(), buffer, sizeof buffer, 0)) > 0)
      got.append(buffer, static_cast<std::size_t>(n));
    const int error = n < 0 ? errno : 0;
    const std::size_t body = got.size() - std::min(got.size(), got.find("\r\n\r\n") + 4);
    if (body != kSize) return std::to_string(body) + " bytes of " + std::to_string(kSize);
    return error == 0 ? "" : ::strerrordesc_np(error);
  }

  SiteFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Fire, Closing, testing::Values("blocking", "concurrent"),
                         [](const auto& info) { return std::string(info.param); });

/// An empty line behind the last request, as some clients send one; 400 times each, for it is a
/// race between that line and the answer.
TEST_P(Closing, CutsNoAnswerShortThatTheClientHasNoRoomForYet) {
  Program program(words_for(GetParam(), folder_));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  for (int i = 0; i < 400; ++i) {
    ASSERT_EQ(
        visit(port, "GET /small.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\r\n"), "")
        << "at visit " << i;
    ASSERT_EQ(visit(port, "GET /small.bin HTTP/1.0\r\n\r\n", "\r\n"), "") << "at visit " << i;
  }
}

/// No race: such a head is all that is read at once, and what is behind it stays unread.
TEST_P(Closing, NorOneToAHeadThatFillsTheInput) {
  Program program(words_for(GetParam(), folder_));
  const std::uint16_t port = program.port();
  ASSERT_NE(port, 0) << program.errors();
  std::string head = "GET /small.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: \r\n\r\n";
  head.insert(head.size() - 4, 8192 - head.size(), 'x');
  EXPECT_EQ(visit(port, head + "more", ""), "");
}

}  // namespace fire_close_test
}  // namespace book::http
