// Files under a root: what is served, what is not, and what a second look costs.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "20_web_server/files/static_files.h"
#include "20_web_server/server/handler.h"

namespace book::http {
namespace static_files_test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace std::string_literals;

/// A folder with a site in it, and beside it a secret that nobody may reach.
class StaticFilesTest : public ::testing::TestWithParam<Walk> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "book_static_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    root_ = base_ / "root";
    fs::create_directories(root_ / "img");
    fs::create_directories(root_ / ".git");
    write("root/hello.html", "hello");
    write("root/404.html", "not here");
    write("root/img/a b.png", "picture");
    write("root/.git/config", "hidden");
    write("secret.txt", "secret");
  }
  void TearDown() override { fs::remove_all(base_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name, std::ios::binary) << text;
  }
  StaticFiles::Options options() const {
    StaticFiles::Options options;
    options.walk = GetParam();
    return options;
  }
  /// What describes a file to whoever keeps no copy of it.
  static std::string plain(const Found& found) {
    return std::string(found.entity.substr(0, found.selected->plain));
  }
  /// The body, or the status of a refusal.
  std::string get(StaticFiles& files, std::string_view path, Duration at = 0s) {
    Found found = files.find(path, Instant(1h) + at);
    if (found.status != 200) return std::to_string(found.status);
    if (!found.source) return std::string(found.body);
    std::string text(found.size, '\0');
    std::size_t have = 0;
    while (!found.source->at_end()) have += found.source->read(std::span(text).subspan(have));
    text.resize(have);
    return text;
  }

  fs::path base_, root_;
};

INSTANTIATE_TEST_SUITE_P(Walks, StaticFilesTest, ::testing::Values(Walk::kernel, Walk::by_hand),
                         [](const auto& info) {
                           return info.param == Walk::kernel ? "Kernel" : "ByHand";
                         });

TEST_P(StaticFilesTest, ServesTheFilesBelowTheRoot) {
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/hello.html"), "hello");
  EXPECT_EQ(get(files, "/img/a%20b.png"), "picture");
  EXPECT_EQ(get(files, "/%68ello%2ehtml"), "hello");
  EXPECT_EQ(plain(files.find("/hello.html", Instant(1h))),
            "Content-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n");
  EXPECT_EQ(plain(files.find("/img/a%20b.png", Instant(1h))),
            "Content-Type: image/png\r\nContent-Length: 7\r\n");
}

TEST_P(StaticFilesTest, NeverLeavesTheRoot) {
  StaticFiles files(root_.string(), options());
  const std::string absolute = (base_ / "secret.txt").string();
  const std::string paths[] = {
      "/../secret.txt",
      "/img/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/.%2e/secret.txt",
      "/%2e%2e%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/img/..%2f..%2fsecret.txt",
      "/" + absolute,
      absolute,
      "/%2f" + absolute.substr(1),
      "//secret.txt",
      "/./hello.html",
      "/img/./../hello.html",
      "/%252e%252e/secret.txt",
      "/.git/config",
      "/%2egit/config",
      "/img/.git",
      "/hello.html/",
      "/nothing/",
      "/img//",
      "",
      "hello.html",
      "/hello.html/../404.html",
      "/nothing",
      "/img/nothing",
      "/proc/self/root/etc/passwd",
      "/" + std::string(300, 'a'),
      "/" + std::string(5000, 'a'),
  };
  for (const std::string& path : paths) {
    const std::string got = get(files, path);
    EXPECT_TRUE(got == "404") << path << " gave: " << got;
  }
}

/// A name has no slash in it, so one that is encoded names nothing: "/img%2f" is not "/img/".
TEST_P(StaticFilesTest, TakesNoEncodedSlashForOneThatDivides) {
  write("root/img/index.html", "pictures");
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/img/"), "pictures");
  for (const char* path : {"/img%2f", "/img%2F", "/img%2findex.html", "/%2fimg/"})
    EXPECT_EQ(get(files, path), "404") << path;
}

TEST_P(StaticFilesTest, ServesWhatIsWellKnownAndNoOtherNameWithADot) {
  write("root/.well-known/acme-challenge/token", "proof");
  write("root/img/.well-known/token", "proof");
  write("root/.well-known/.hidden", "hidden");
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/.well-known/acme-challenge/token"), "proof");
  EXPECT_EQ(get(files, "/%2ewell-known/acme-challenge/token"), "proof");
  for (const char* path : {"/img/.well-known/token", "/.well-known/.hidden", "/.well-known",
                           "/.well-known/../hello.html", "/.well-known2/x"})
    EXPECT_EQ(get(files, path), "404") << path;
}

TEST_P(StaticFilesTest, AnEndingInCapitalLettersIsTheSameEnding) {
  write("root/HELLO.HTML", "HELLO");
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(plain(files.find("/HELLO.HTML", Instant(1h))),
            "Content-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n");
}

TEST_P(StaticFilesTest, SaysOfEachFileHowLongItMayBeKept) {
  StaticFiles::Options keep = options();
  keep.cache_control = "max-age=60";
  StaticFiles files(root_.string(), keep);
  EXPECT_NE(files.find("/hello.html", Instant(1h)).entity.find("\r\nCache-Control: max-age=60\r\n"),
            std::string_view::npos);
  StaticFiles silent(root_.string(), options());
  EXPECT_EQ(silent.find("/hello.html", Instant(1h)).entity.find("Cache-Control"),
            std::string_view::npos);
}

/// It could be opened, and each page would be 403.
TEST_P(StaticFilesTest, NeedsAFolderThatMayBeEntered) {
  fs::permissions(base_, fs::perms::all);
  fs::permissions(root_, fs::perms::none);
  std::string said;
  std::thread([&] {  // whose rights are those of nobody, if ours are those of root
    if (::geteuid() == 0) ::setfsuid(65534);
    try {
      const StaticFiles files(root_.string(), options());
    } catch (const std::system_error& error) {
      said = error.what();
    }
  })
      .join();
  fs::permissions(root_, fs::perms::owner_all);
  EXPECT_EQ(said, "the root '" + root_.string() + "': Permission denied");
}

TEST_P(StaticFilesTest, RefusesPathsThatNoHonestClientSends) {
  StaticFiles files(root_.string(), options());
  for (const std::string& path : {"/hello.html%00.png"s, "/hello.html\0.png"s, "/hello.html%"s,
                                  "/hello.html%4"s, "/%zz"s, "/\x7fhello"s, "/a\nb"s, "/%1f"s})
    EXPECT_EQ(get(files, path), "400") << path;
}

TEST_P(StaticFilesTest, AFolderIsItsIndex) {
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/"), "hello") << "hello.html stands in for index.html";
  EXPECT_EQ(get(files, "/img"), "301");
  EXPECT_EQ(get(files, "/img/"), "403") << "what is in a folder is not told";
  EXPECT_EQ(get(files, "/hello.html/"), "404") << "a file is no folder";
  write("root/img/hello.html", "second");
  EXPECT_EQ(get(files, "/img/"), "second");
  write("root/img/index.html", "first");
  EXPECT_EQ(get(files, "/img/", 999ms), "second");
  EXPECT_EQ(get(files, "/img/", 1s), "first") << "the better index is there now";
  EXPECT_EQ(get(files, "/%69mg/", 1s), "first");
  fs::remove(root_ / "img/index.html");
  EXPECT_EQ(get(files, "/img/", 2s), "second");
  fs::remove(root_ / "hello.html");
  EXPECT_EQ(get(files, "/", 2s), "403");
  EXPECT_EQ(plain(files.find("/img/", Instant(1h + 2s))),
            "Content-Type: text/html; charset=utf-8\r\nContent-Length: 6\r\n");
}

TEST_P(StaticFilesTest, AFolderThatIsCalledIndexIsNone) {
  fs::create_directories(root_ / "img/index.html");
  write("root/img/hello.html", "second");
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/img/"), "second");
}

TEST_P(StaticFilesTest, TellsWhatMayNotBeReadFromWhatIsNotThere) {
  fs::permissions(base_, fs::perms(0755));
  fs::permissions(root_ / "404.html", fs::perms(0));
  fs::create_directories(root_ / "locked");
  write("root/locked/a.txt", "a");
  fs::permissions(root_ / "locked", fs::perms(0));
  StaticFiles files(root_.string(), options());
  // The superuser may read everything: be somebody else, for files alone and on this thread alone.
  if (::geteuid() == 0) ::setfsuid(65534);
  const std::string file = get(files, "/404.html"), below = get(files, "/locked/a.txt"),
                    folder = get(files, "/locked/"), other = get(files, "/hello.html"),
                    none = get(files, "/nothing");
  ::setfsuid(::geteuid());
  fs::permissions(root_ / "locked", fs::perms(0755));
  EXPECT_EQ(file, "403");
  EXPECT_EQ(below, "403");
  EXPECT_EQ(folder, "403");
  EXPECT_EQ(other, "hello");
  EXPECT_EQ(none, "404");
}

TEST_P(StaticFilesTest, FollowsNoLinkOutOfTheRoot) {
  fs::create_symlink(base_ / "secret.txt", root_ / "absolute");
  fs::create_symlink("../secret.txt", root_ / "relative");
  fs::create_directory_symlink("..", root_ / "up");
  fs::create_directory_symlink("/", root_ / "slash");
  fs::create_symlink("/proc/self/cwd/../..", root_ / "magic");
  fs::create_symlink("loop", root_ / "loop");
  StaticFiles files(root_.string(), options());
  for (const char* path :
       {"/absolute", "/relative", "/up/secret.txt", "/slash/etc/passwd", "/magic", "/loop"})
    EXPECT_EQ(get(files, path), "403") << path;
}

TEST_P(StaticFilesTest, FollowsALinkInsideTheRootWhereTheKernelGuardsIt) {
  fs::create_symlink("hello.html", root_ / "inside");
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/inside"), GetParam() == Walk::kernel ? "hello" : "403");
}

TEST_P(StaticFilesTest, AFileThatBecomesALinkOutwardsIsNotServedFromThere) {
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/hello.html", 0s), "hello");
  fs::remove(root_ / "hello.html");
  fs::create_symlink("../secret.txt", root_ / "hello.html");
  EXPECT_EQ(get(files, "/hello.html", 2s), "403");
}

TEST_P(StaticFilesTest, ServesRegularFilesOnlyAndNeverWaitsForAPipe) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/pipe"), "404");
}

TEST_P(StaticFilesTest, AnEditedPageShowsUpWithinASecond) {
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/hello.html", 0s), "hello");
  write("root/hello.html", "hello again");
  EXPECT_EQ(get(files, "/hello.html", 999ms), "hello");
  EXPECT_EQ(get(files, "/hello.html", 1s), "hello again");
  fs::remove(root_ / "hello.html");
  EXPECT_EQ(get(files, "/hello.html", 1999ms), "hello again");
  EXPECT_EQ(get(files, "/hello.html", 2s), "404");
  write("root/hello.html", "back");
  EXPECT_EQ(get(files, "/hello.html", 2s), "back");
}

TEST_P(StaticFilesTest, AnUnchangedPageStaysWhereItIs) {
  const std::timespec old[] = {{0, 0}, {0, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (root_ / "hello.html").c_str(), old, 0), 0);
  StaticFiles files(root_.string(), options());
  const char* const first = files.find("/hello.html", Instant(1h)).body.data();
  EXPECT_EQ(files.find("/hello.html", Instant(2h)).body.data(), first);
}

TEST_P(StaticFilesTest, KeepsServingWhatItHasWhenDescriptorsRunOut) {
  StaticFiles files(root_.string(), options());
  EXPECT_EQ(get(files, "/hello.html", 0s), "hello");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string kept = get(files, "/hello.html", 2s), fresh = get(files, "/404.html", 2s);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(kept, "hello");
  EXPECT_EQ(fresh, "503");
  EXPECT_EQ(get(files, "/404.html", 2s), "not here");
}

TEST_P(StaticFilesTest, HandsOutLargeFilesOpenedAndForgetsThem) {
  StaticFiles::Options small = options();
  small.small = 6;
  write("root/large.txt", "1234567");
  StaticFiles files(root_.string(), small);
  Found found = files.find("/large.txt", Instant(1h));
  EXPECT_EQ(found.status, 200);
  EXPECT_TRUE(static_cast<bool>(found.source));
  EXPECT_EQ(found.size, 7u);
  EXPECT_EQ(plain(found), "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 7\r\n");
  EXPECT_EQ(get(files, "/large.txt"), "1234567");
  write("root/large.txt", "now small again"s.substr(0, 6));
  EXPECT_EQ(get(files, "/large.txt"), "now sm");
}

TEST_P(StaticFilesTest, ForgetsInsteadOfGrowingWithoutEnd) {
  StaticFiles::Options tight = options();
  tight.max_cached = 12;
  StaticFiles files(root_.string(), tight);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(get(files, "/hello.html"), "hello");
    EXPECT_EQ(get(files, "/404.html"), "not here");
    EXPECT_EQ(get(files, "/img/a%20b.png"), "picture");
  }
}

/// More of them than are at hand at once, some at the same place.
TEST_P(StaticFilesTest, TellsHundredsOfPagesApart) {
  constexpr int kPages = 300;
  for (int i = 0; i < kPages; ++i) write("root/" + std::to_string(i), "page " + std::to_string(i));
  StaticFiles files(root_.string(), options());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kPages; ++i)
      EXPECT_EQ(get(files, "/" + std::to_string(i)), "page " + std::to_string(i));
    EXPECT_EQ(files.find("/300", Instant(1h)).status, 404);
  }
}

TEST_P(StaticFilesTest, NeedsAFolder) {
  EXPECT_THROW(StaticFiles((base_ / "missing").string(), options()), std::system_error);
  EXPECT_THROW(StaticFiles((base_ / "secret.txt").string(), options()), std::system_error);
}

TEST_P(StaticFilesTest, RoutesAsTheBookDoes) {
  StaticFiles files(root_.string(), options());
  auto ask = [&](std::string_view method, std::string_view path) {
    Request request;
    request.method = method;
    request.path = path;
    const Route where = route(request);
    const Found found = fetch(where, files, Instant(1h));
    return std::to_string(found.status) + " " + std::string(found.body) +
           (where.delay == 5s ? " after five seconds" : "");
  };
  EXPECT_EQ(ask("GET", "/"), "200 hello");
  EXPECT_EQ(ask("HEAD", "/"), "200 hello");
  EXPECT_EQ(ask("GET", "/sleep"), "200 hello after five seconds");
  EXPECT_EQ(ask("GET", "/img/a%20b.png"), "200 picture");
  EXPECT_EQ(ask("GET", "/nothing"), "404 not here");
  EXPECT_EQ(ask("GET", "/img"), "301 ");
  EXPECT_EQ(ask("POST", "/"), "405 ");
  EXPECT_EQ(ask("BREW", "/"), "501 ");
  fs::remove(root_ / "404.html");
  StaticFiles bare(root_.string(), options());
  Request request;
  request.method = "GET";
  request.path = "/nothing";
  const Found found = fetch(route(request), bare, Instant(1h));
  EXPECT_EQ(found.status, 404);
  EXPECT_NE(found.entity.find("Content-Length: " + std::to_string(found.body.size())),
            std::string::npos);
}

}  // namespace static_files_test
}  // namespace book::http
