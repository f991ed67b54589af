// ab and wrk: clients that ask as fast as they can, and count. Their counts and the server's agree.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "tool.h"
#include "visit.h"

namespace book::http {
namespace {

using namespace std::chrono_literals;

class Ab : public Visit {
 protected:
  Ab() : Visit("ab", "apache2-utils") {}

  struct Said {
    long complete = 0, failed = 0, strange = 0, kept = 0;
  };
  static Said ab(const std::string& words) {
    const test::Ran ran = test::run("exec ab -q -s 20 " + words, 60s);
    EXPECT_EQ(ran.code, 0) << ran.output;
    return {number_in(ran.output, "Complete requests: +(\\d+)"),
            number_in(ran.output, "Failed requests: +(\\d+)"),
            number_in(ran.output, "Non-2xx responses: +(\\d+)"),
            number_in(ran.output, "Keep-Alive requests: +(\\d+)")};
  }
};

/// It speaks HTTP/1.0, where a connection is for one request. At its end it has opened up to ten
/// more, which have nothing to ask.
TEST_F(Ab, GetsAnAnswerAConnection) {
  for (const char* mode : {"blocking", "sequential", "concurrent", "parallel"}) {
    serve({"--mode", mode});
    const Said said = ab("-n 300 -c 10 " + url());
    EXPECT_EQ(said.complete, 300) << mode;
    EXPECT_EQ(said.failed, 0) << mode;
    EXPECT_EQ(said.strange, -1) << mode;
    const Counts counts = stop();
    EXPECT_EQ(counts.requests, 300) << mode;
    EXPECT_GE(counts.connections, 300) << mode;
    EXPECT_LE(counts.connections, 310) << mode;
  }
}

TEST_F(Ab, KeepsItsConnectionsWhenItAsksTo) {
  for (const char* mode : {"concurrent", "parallel"}) {
    serve({"--mode", mode});
    const Said said = ab("-k -n 2000 -c 10 " + url());
    EXPECT_EQ(said.complete, 2000) << mode;
    EXPECT_EQ(said.failed, 0) << mode;
    EXPECT_EQ(said.strange, -1) << mode;
    EXPECT_EQ(said.kept, 2000) << mode;
    EXPECT_EQ(stop(), (Counts{2000, 10})) << mode;
  }
}

TEST_F(Ab, GetsLargeFilesWhole) {
  folder.write("large.bin", std::string(300'000, 'x'));
  serve();
  const Said said = ab("-k -n 100 -c 10 " + url("/large.bin"));
  EXPECT_EQ(said.complete, 100);
  EXPECT_EQ(said.failed, 0) << "it compares the lengths of all answers";
  EXPECT_EQ(stop(), (Counts{100, 10}));
}

class Wrk : public Visit {
 protected:
  Wrk() : Visit("wrk") {}

  /// What it says when it is content; where it is not, there are more lines.
  static long answers(const test::Ran& ran) {
    EXPECT_EQ(ran.code, 0) << ran.output;
    EXPECT_EQ(ran.output.find("Non-2xx"), std::string::npos) << ran.output;
    EXPECT_EQ(ran.output.find("Socket errors"), std::string::npos) << ran.output;
    return number_in(ran.output, "(\\d+) requests in");
  }
};

/// When its time is over it leaves, and what it has asked last is answered to nobody. (It also
/// opens a connection at the start, to see whether anybody is there.)
TEST_F(Wrk, GetsAnAnswerARequest) {
  folder.write("large.bin", std::string(300'000, 'x'));
  for (const auto& [mode, path] : {std::pair("concurrent", "/"), {"parallel", "/large.bin"}}) {
    serve({"--mode", mode});
    const long counted = answers(test::run("exec wrk -t 1 -c 50 -d 1s " + url(path)));
    const Counts counts = stop();
    EXPECT_GT(counted, 0) << mode;
    EXPECT_GE(counts.requests, counted) << mode;
    EXPECT_LE(counts.requests, counted + 50) << mode;
    EXPECT_EQ(counts.connections, 51) << mode;
  }
}

/// Sixteen requests in one piece, on each connection.
TEST_F(Wrk, GetsAnAnswerARequestWhenItSendsManyAhead) {
  folder.write("../ahead.lua",
               "init = function(args)\n"
               "  ahead = string.rep(wrk.format(nil, '/'), 16)\n"
               "end\n"
               "request = function() return ahead end\n");
  serve();
  const long counted = answers(test::run("exec wrk -t 1 -c 20 -d 1s -s " +
                                         (folder.base() / "ahead.lua").string() + " " + url()));
  const Counts counts = stop();
  EXPECT_GT(counted, 0);
  EXPECT_GE(counts.requests, counted);
  EXPECT_LE(counts.requests, counted + 20 * 16);
}

/// What has been begun is finished: nobody gets half an answer, and nothing goes uncounted.
TEST_F(Wrk, SeesTheServerGoInTheMiddleOfItAll) {
  for (const char* mode : {"concurrent", "parallel"}) {
    const std::filesystem::path log = folder.base() / mode;
    serve({"--mode", mode, "--access-log", log.string()});
    test::Tool wrk("exec wrk -t 1 -c 50 -d 1s " + url());
    while (!wrk.is_over() && std::filesystem::file_size(log) == 0) std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(wrk.is_over()) << "it has ended before anything was logged";
    const Counts counts = stop();
    EXPECT_EQ(wrk.wait(30s), 0) << wrk.output();
    EXPECT_EQ(wrk.output().find("Non-2xx"), std::string::npos) << wrk.output();
    EXPECT_GE(counts.requests, number_in(wrk.output(), "(\\d+) requests in")) << wrk.output();
  }
}

}  // namespace
}  // namespace book::http
