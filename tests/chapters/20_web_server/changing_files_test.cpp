// Files that do not hold still while they are served: what was promised is kept, or the connection
// ends short. Never bytes of another file, never a tag with the bytes of another state, and never a
// harm to anybody else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "20_web_server/files/static_files.h"
#include "client.h"
#include "running.h"
#include "site_folder.h"
#include "support/descriptors.h"

namespace book::http {
namespace changing_files_test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::time_t kThen = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

struct Change {
  std::string what;
  std::function<void(const fs::path&)> make;
  bool promise_is_kept;    ///< to whoever is in the middle of it
  std::string afterwards;  ///< what the next one gets
};

void replace_by_link(const fs::path& file, const fs::path& target) {
  fs::remove(file);
  fs::create_symlink(target, file);
}
void overwrite(const fs::path& file, const std::string& bytes, off_t at = 0) {
  const test::Fd fd(test::check(::open(file.c_str(), O_WRONLY | O_CLOEXEC), "open"));
  ASSERT_EQ(::pwrite(fd, bytes.data(), bytes.size(), at), static_cast<ssize_t>(bytes.size()));
}

/// `size` is what the file has: nothing but '\0'. Each change but the first leaves a small file or
/// none, so that the next client's answer is short.
std::vector<Change> changes(const fs::path& base, std::uintmax_t size) {
  const fs::path spare = base / "spare";
  return {
      {"grows", [=](const fs::path& f) { fs::resize_file(f, size + 10); }, true,
       "200 " + std::string(size + 10, '\0')},
      {"shrinks", [](const fs::path& f) { fs::resize_file(f, 3); }, false, "200 "s + "\0\0\0"s},
      {"is emptied", [](const fs::path& f) { fs::resize_file(f, 0); }, false, "200 "},
      {"vanishes", [](const fs::path& f) { fs::remove(f); }, true, "404 not here"},
      {"is replaced",
       [=](const fs::path& f) {
         std::ofstream(spare) << "new";
         fs::rename(spare, f);
       },
       true, "200 new"},
      {"becomes a folder",
       [](const fs::path& f) {
         fs::remove(f);
         fs::create_directory(f);
       },
       true, "301 301 Moved Permanently\r\n"},
      {"becomes a named pipe",
       [](const fs::path& f) {
         fs::remove(f);
         test::check(::mkfifo(f.c_str(), 0600), "mkfifo");
       },
       true, "404 not here"},
      {"becomes a link out of the root",
       [=](const fs::path& f) {
         std::ofstream(spare) << "secret";
         replace_by_link(f, spare);
       },
       true, "403 403 Forbidden\r\n"},
      {"becomes a link to itself", [](const fs::path& f) { replace_by_link(f, f.filename()); },
       true, "403 403 Forbidden\r\n"},
      {"becomes a link to nowhere", [](const fs::path& f) { replace_by_link(f, "missing"); }, true,
       "404 not here"},
      {"is overwritten, and as long as before",
       [=](const fs::path& f) { overwrite(f, "x", static_cast<off_t>(size - 1)); }, false,
       "200 " + std::string(size - 1, '\0') + "x"},
  };
}

/// More than the system buffers between a server and a client that does not read.
constexpr std::uintmax_t kLarge = 12 * 1024 * 1024;
constexpr int kReadsLittle = 64 * 1024;

TEST(ChangingFiles, ALargeOneInTheMiddleOfItsWay) {
  SiteFolder folder;
  Plan plan;
  plan.root = folder.root().string();
  Running server(plan);
  Client witness(server.port());
  int number = 0;
  for (const Change& change : changes(folder.base(), kLarge)) {
    SCOPED_TRACE("a file that " + change.what);
    const std::string name = std::to_string(++number) + ".bin";
    const fs::path file = folder.root() / name;
    folder.write(name, "");
    fs::resize_file(file, kLarge);
    folder.set_modified(name, kThen);

    Client slow(server.port(), {.receive_buffer = kReadsLittle});
    slow.asks("/" + name).asks("/", "GET", "Connection: close\r\n");
    char first;
    ASSERT_EQ(::recv(slow.fd(), &first, 1, MSG_PEEK), 1) << "it is on its way";
    change.make(file);
    EXPECT_EQ(witness.gets("/"), "200 hello") << "others are served meanwhile";

    const std::string got = slow.whole();
    if (change.promise_is_kept) {
      EXPECT_TRUE(got == "200 " + std::string(kLarge, '\0')) << got.substr(0, 100);
      EXPECT_EQ(slow.whole(), "200 hello") << "and the connection goes on";
    } else {
      EXPECT_EQ(got, "cut short");
    }
    EXPECT_TRUE(slow.at_end());
    EXPECT_TRUE(witness.gets("/" + name) == change.afterwards);
    EXPECT_EQ(witness.gets("/"), "200 hello");
  }
}

TEST(ChangingFiles, APartOfALargeOneIsAPartOfWhatItIsNow) {
  SiteFolder folder;
  Plan plan;
  plan.root = folder.root().string();
  Running server(plan);
  Client client(server.port());
  folder.write("large.bin", std::string(100'000, 'a') + std::string(100'000, 'b'));
  folder.set_modified("large.bin", kThen);
  const std::string range = "Range: bytes=99999-100000\r\n";
  client.asks("/large.bin", "HEAD");
  const std::string head = client.answer(false);
  const std::size_t tag = head.find("ETag: ") + 6;
  const std::string same =
      "If-Range: " + head.substr(tag, head.find("\r\n", tag) - tag) + "\r\n" + range;
  EXPECT_EQ(client.gets("/large.bin", same), "206 ab");
  fs::resize_file(folder.root() / "large.bin", 100'000);
  EXPECT_EQ(client.gets("/large.bin", range), "206 a") << "what there is of it";
  EXPECT_TRUE(client.gets("/large.bin", same) == "200 " + std::string(100'000, 'a'))
      << "it is another file: parts of the two do not go together";
  fs::resize_file(folder.root() / "large.bin", 99'999);
  EXPECT_EQ(client.gets("/large.bin", range), "416 416 Range Not Satisfiable\r\n");
}

/// A part that is cut off on its way, too.
TEST(ChangingFiles, APartThatShrinksOnItsWayEndsTheConnection) {
  SiteFolder folder;
  Plan plan;
  plan.root = folder.root().string();
  Running server(plan);
  folder.write("large.bin", "");
  fs::resize_file(folder.root() / "large.bin", kLarge);
  Client slow(server.port(), {.receive_buffer = kReadsLittle});
  slow.asks("/large.bin", "GET", "Range: bytes=1000-\r\n");
  char first;
  ASSERT_EQ(::recv(slow.fd(), &first, 1, MSG_PEEK), 1);
  fs::resize_file(folder.root() / "large.bin", kLarge - 1);
  EXPECT_EQ(slow.answer(), "cut short");
  EXPECT_TRUE(slow.at_end());
  EXPECT_EQ(Client(server.port()).gets("/"), "200 hello");
}

/// A small one is in memory. Within a second it is looked at again, and then all of it is new: the
/// body, its length, its tag and its date.
TEST(ChangingFiles, ASmallOneBetweenTwoLooks) {
  SiteFolder folder;
  for (const Change& change : changes(folder.base(), 1000)) {
    SCOPED_TRACE("a file that " + change.what);
    const fs::path file = folder.root() / "small.bin";
    fs::remove_all(file);
    folder.write("small.bin", std::string(1000, '\0'));
    folder.set_modified("small.bin", kThen);
    StaticFiles files(folder.root().string());
    const Found first = files.find("/small.bin", Instant(1h));
    ASSERT_EQ(first.status, 200);
    const std::string fields(first.entity);
    EXPECT_NE(fields.find("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), fields.npos);
    change.make(file);
    const Found kept = files.find("/small.bin", Instant(1h + 999ms));
    EXPECT_EQ(kept.entity, fields);
    EXPECT_EQ(kept.body, std::string(1000, '\0'));
    const Found now = files.find("/small.bin", Instant(1h + 1s));
    EXPECT_EQ(std::to_string(now.status), change.afterwards.substr(0, 3));
    if (now.status != 200) continue;
    EXPECT_EQ("200 " + std::string(now.body), change.afterwards);
    const std::string after(now.entity), length = std::to_string(now.body.size());
    EXPECT_NE(after.find("Content-Length: " + length + "\r\n"), after.npos) << after;
    EXPECT_FALSE(now.selected->validators.is_strong()) << "it was modified just now: " << after;
    EXPECT_EQ(after.find("06 Nov 1994"), after.npos)
        << "its tag and its date are those of a moment ago";
  }
}

TEST(ChangingFiles, ASmallOneMayBecomeLargeAndSmallAgain) {
  SiteFolder folder;
  StaticFiles files(folder.root().string());
  EXPECT_EQ(files.find("/hello.html", Instant(1h)).body, "hello");
  fs::resize_file(folder.root() / "hello.html", 40'000);
  EXPECT_EQ(files.find("/hello.html", Instant(1h)).body, "hello") << "within the second";
  const Found large = files.find("/hello.html", Instant(1h + 1s));
  EXPECT_TRUE(static_cast<bool>(large.source));
  EXPECT_EQ(large.size, 40'000u);
  fs::resize_file(folder.root() / "hello.html", 4);
  EXPECT_EQ(files.find("/hello.html", Instant(1h + 1s)).body, "hell")
      << "nothing is kept of a large one";
}

/// As long as before, and modified at the very same moment, as far as the clock can tell. The
/// second state must not hide behind the first.
TEST(ChangingFiles, AChangeWithinOneTickOfTheClockIsSeen) {
  SiteFolder folder;
  const std::time_t now = std::time(nullptr) + 3600;  // a moment that is not over while this runs
  folder.set_modified("hello.html", now);
  StaticFiles files(folder.root().string());
  const Found before = files.find("/hello.html", Instant(1h));
  EXPECT_EQ(before.body, "hello");
  const std::string tag = before.selected->validators.etag;
  folder.write("hello.html", "HELLO");
  folder.set_modified("hello.html", now);
  const Found after = files.find("/hello.html", Instant(1h + 1s));
  EXPECT_EQ(after.body, "HELLO");
  const std::string second = after.selected->validators.etag;
  EXPECT_NE(second, tag);
  const Found again = files.find("/hello.html", Instant(1h + 2s));
  EXPECT_EQ(again.body, "HELLO");
  EXPECT_NE(again.selected->validators.etag, second)
      << "it must be read again, and not only looked at";
}

/// One thread writes without a pause, each state with a date of its own; the other reads as often
/// as it can. Whenever the server is sure of a state, the bytes must be those of that state.
TEST(ChangingFiles, TheTagAndTheBytesBelongTogether) {
  SiteFolder folder;
  constexpr std::size_t kSize = 32 * 1024;
  constexpr int kStates = 3000;
  auto letter = [](std::time_t state) { return static_cast<char>('a' + (state - kThen) % 26); };
  auto write = [&](std::time_t state) {
    overwrite(folder.root() / "hello.html", std::string(kSize, letter(state)));
    folder.set_modified("hello.html", state);
  };
  folder.write("hello.html", std::string(kSize, 'a'));
  folder.set_modified("hello.html", kThen);

  StaticFiles::Options eager;
  eager.check_every = Duration(0);
  StaticFiles files(folder.root().string(), eager);
  int sure = 0;
  auto look = [&] {
    const Found found = files.find("/hello.html", Instant(1h));
    ASSERT_EQ(found.status, 200);
    if (found.source || !found.selected->validators.is_strong()) return;
    ++sure;
    const char expected = letter(found.selected->validators.modified);
    ASSERT_EQ(found.body.size(), kSize);
    ASSERT_EQ(found.body.find_first_not_of(expected), found.body.npos)
        << "these bytes are of another state than their tag";
  };
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i <= kStates; ++i) write(kThen + i);
    done = true;
  });
  while (!done && !testing::Test::HasFatalFailure()) look();
  writer.join();
  look();
  EXPECT_GT(sure, 0);
}

}  // namespace changing_files_test
}  // namespace book::http
