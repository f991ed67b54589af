// curl, with what people do with it: one visitor who asks for exactly what is meant.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "support/child_process.h"
#include "tool.h"
#include "visit.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

/// Bytes of every kind, the same ones each time.
std::string noise(std::size_t size) {
  std::minstd_rand next(20);
  std::string bytes(size, '\0');
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(next() >> 8); });
  return bytes;
}

class Curl : public Visit {
 protected:
  Curl() : Visit("curl") {}

  /// Its output, if it was content itself.
  static std::string curl(const std::string& words) {
    const test::Ran ran = test::run("exec curl -sS --max-time 20 " + words);
    EXPECT_EQ(ran.code, 0) << ran.output;
    return ran.output;
  }
  /// Status and new connections of each answer.
  static std::string statuses(const std::string& words) {
    return curl("-w '%{http_code}/%{num_connects} ' -o /dev/null " + words);
  }
  static constexpr auto kNext = " --next -sS -w '%{http_code}/%{num_connects} ' -o /dev/null ";
};

TEST_F(Curl, GetsThePagesAndWhatIsSaidOfAMissingOne) {
  serve();
  EXPECT_EQ(curl(url()), "hello");
  EXPECT_EQ(curl("-w ' %{http_code}' " + url("/nothing")), "not here 404");
  EXPECT_EQ(curl("--path-as-is -o /dev/null -w '%{http_code}' " + url("/../secret")), "404");
}

TEST_F(Curl, TakesOneConnectionForAllThatItAsks) {
  serve();
  EXPECT_EQ(statuses(url() + kNext + url("/nothing") + kNext + "-I " + url() + kNext + "-d x " +
                     url() + kNext + url("/hello.html")),
            "200/1 404/0 200/0 405/0 200/0 ");
  EXPECT_EQ(stop(), (Counts{5, 1}));
}

/// A head without the second in which it was written: two answers may have two.
std::string without_date(std::string head) {
  const std::size_t date = head.find("\r\nDate: ");
  if (date != std::string::npos) head.erase(date, head.find("\r\n", date + 2) - date);
  return head;
}

TEST_F(Curl, AsksForTheHeadAlone) {
  serve();
  folder.write("large.bin", noise(100'000));
  for (const char* path : {"/", "/large.bin", "/nothing"}) {
    const std::string head = without_date(curl("-I " + url(path)));
    EXPECT_EQ(head, without_date(curl("-D - -o /dev/null " + url(path))))
        << "the fields are those of GET";
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  }
}

TEST_F(Curl, MayNotPost) {
  serve();
  const std::string answer = curl("-i -d 'name=value' " + url());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
  EXPECT_NE(answer.find("\r\nAllow: GET, HEAD"), std::string::npos) << answer;
}

/// curl asks before it sends a large body, and waits for an answer: here it would wait for longer
/// than it has time.
TEST_F(Curl, DoesNotSendABodyThatNobodyWants) {
  serve();
  folder.write("large.bin", noise(900'000));
  EXPECT_EQ(curl("--expect100-timeout 60 -H 'Expect: 100-continue' --data-binary @" +
                 file("large.bin") + " -o /dev/null -w '%{http_code} %{size_upload}' " + url()),
            "405 0");
}

TEST_F(Curl, IsToldThatItsBodyIsTooLarge) {
  serve();
  folder.write("large.bin", noise(2'000'000));
  EXPECT_EQ(curl("-H 'Expect:' --data-binary @" + file("large.bin") +
                 " -o /dev/null -w '%{http_code}' " + url()),
            "413");
}

/// In chunks, as a program sends what it does not know the length of. The connection is as good as
/// before. (Only curl gives it up, when it hears "405" in the middle of a longer body.)
TEST_F(Curl, SendsABodyInChunks) {
  serve();
  const std::string chunked = "-H 'Expect:' -H 'Transfer-Encoding: chunked' --data-binary ";
  EXPECT_EQ(statuses(chunked + "'a few words' " + url() + kNext + url()), "405/1 200/0 ");
  for (const std::size_t size : {300'000, 2'000'000}) {
    folder.write("body.bin", noise(size));
    const std::string answer = curl("-i " + chunked + "@" + file("body.bin") + " " + url());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
    EXPECT_EQ(curl(url()), "hello") << "after a body of " << size;
  }
}

TEST_F(Curl, AsksWhatItMayDo) {
  serve();
  for (const std::string& target : {url(), url("/nothing"), "--request-target '*' " + url()}) {
    const std::string answer = curl("-i -X OPTIONS " + target);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 ")) << answer;
    EXPECT_NE(answer.find("\r\nAllow: GET, HEAD, OPTIONS\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  }
}

TEST_F(Curl, TakesAPartOfAFile) {
  const std::string bytes = noise(100'000);
  for (const std::size_t size : {1000, 100'000}) {
    const std::string whole = bytes.substr(0, size);
    folder.write("hello.html", whole);
    serve();
    EXPECT_TRUE(curl("-r 0-99 " + url()) == whole.substr(0, 100));
    EXPECT_TRUE(curl("-r 200- " + url()) == whole.substr(200));
    EXPECT_TRUE(curl("-r -50 " + url()) == whole.substr(size - 50));
    EXPECT_EQ(statuses("-r 0-99 " + url() + kNext + "-r 100000- " + url() + kNext + "-r x " +
                       url() + kNext + "-I -r 0-9 " + url()),
              "206/1 416/0 200/0 200/0 ");
  }
}

/// A download that broke off in the middle, and another one whose file has become another since.
TEST_F(Curl, ResumesADownload) {
  const std::string bytes = noise(300'000);
  folder.write("large.bin", bytes);
  serve();
  const test::TemporaryFile copy;
  std::ofstream(copy.path(), std::ios::binary) << bytes.substr(0, 123'456);
  EXPECT_EQ(
      curl("-C - -w '%{http_code} %{size_download}' -o " + copy.path() + " " + url("/large.bin")),
      "206 176544");
  EXPECT_TRUE(copy.content() == bytes);
  EXPECT_EQ(curl("-r 10- -H 'If-Range: \"another\"' -w '%{http_code} %{size_download}' -o " +
                 copy.path() + " " + url("/large.bin")),
            "200 300000");
}

TEST_F(Curl, AsksOnlyForWhatIsNewToIt) {
  // Of last week: the file's time alone says that nothing has changed since.
  std::filesystem::last_write_time(folder.root() / "hello.html",
                                   std::filesystem::file_time_type::clock::now() - 168h);
  serve();
  const test::TemporaryFile copy, tag;
  const std::string ask = "-w '%{http_code} %{size_download}' -o " + copy.path() + " ";
  EXPECT_EQ(curl("-R " + ask + url()), "200 5");
  EXPECT_EQ(curl("-z " + copy.path() + " " + ask + url()), "304 0");
  EXPECT_EQ(curl("-z '-1 year ago' " + ask + url()), "200 5") << "if it is older";
  EXPECT_EQ(curl("-z '2 weeks ago' " + ask + url()), "200 5");

  EXPECT_EQ(curl("--etag-save " + tag.path() + " " + ask + url()), "200 5");
  EXPECT_EQ(curl("--etag-compare " + tag.path() + " " + ask + url()), "304 0");
  EXPECT_EQ(curl("-H 'If-Match: \"another\"' -o /dev/null -w '%{http_code}' " + url()), "412");
  EXPECT_EQ(copy.content(), "hello");
}

TEST_F(Curl, SpeaksTheOldProtocolToo) {
  serve();
  EXPECT_EQ(statuses("-0 " + url() + kNext + "-0 " + url()), "200/1 200/1 ");
  EXPECT_EQ(curl("-0 " + url()), "hello");
  EXPECT_EQ(stop(), (Counts{3, 3}));
}

TEST_F(Curl, GetsALargeFileByteByByteAsItIs) {
  const std::string bytes = noise(6'000'000);
  folder.write("large.bin", bytes);
  serve();
  const test::TemporaryFile copy, other;
  // Two at once, over two connections.
  curl("--parallel --parallel-immediate -o " + copy.path() + " " + url("/large.bin") + " -o " +
       other.path() + " " + url("/large.bin"));
  EXPECT_TRUE(copy.content() == bytes);
  EXPECT_TRUE(other.content() == bytes);
  EXPECT_EQ(stop(), (Counts{2, 2}));
}

TEST_F(Curl, GetsManyFilesAtOnce) {
  for (int i = 0; i < 100; ++i) folder.write(std::to_string(i), std::to_string(i) + " is my name");
  serve();
  const std::filesystem::path copies = folder.base() / "copies";
  std::filesystem::create_directory(copies);
  curl("--parallel --parallel-max 20 '" + url("/[0-99]") + "' -o '" + copies.string() + "/#1'");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(content_of(copies / std::to_string(i)), std::to_string(i) + " is my name");
  }
  EXPECT_EQ(stop().requests, 100);
}

TEST_F(Curl, IsToldThatItsRequestMakesNoSense) {
  serve();
  for (const char* length : {"x", "+1", "1, 1", "99999999999999999999"})
    EXPECT_EQ(curl(std::string("-o /dev/null -w '%{http_code}' -H 'Content-Length: ") + length +
                   "' -d x " + url()),
              "400");
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code}' -H 'Host:' " + url()), "400");
  EXPECT_EQ(curl("-o /dev/null -w '%{http_code}' --http0.9 -X 'GET /a b' " + url()), "400");
}

}  // namespace
}  // namespace book::http
