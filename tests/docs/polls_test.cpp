// The lint of polls that end, of calls that block, and of what is assigned.
#include <gtest/gtest.h>

#include <string>

#include "docs/sources.h"
#include "support/paths.h"

namespace book::docs {
namespace polls_test {

std::size_t in_poll(const std::string& body) {
  return check_polls("chapters/17_io/x.h", "Poll<int> poll(Context& cx) {\n" + body + "\n}\n")
      .size();
}

TEST(PollLint, TakesLoopsThatEndByTheirShape) {
  for (const char* body : {
           "for (auto& child : children_) child.poll(cx);",
           "for (int i = 0; i < 16; ++i) try_it();",
           "for (;;) { auto item = source_.poll_next(cx); if (item.is_pending()) return pending; }",
           "while (flush()) { if (turn_.is_over()) return AsyncFd::yield(cx); try_it(); }",
           "while (!rest.empty()) { auto n = io.poll_write(cx, rest); if (n.is_pending()) break; }",
           "// ends: each round takes one away\n while (next()) poll_child();",
           "while (next()) poll_child();  // ends: each round takes one away",
           "do { if (is_there()) return 1; } while (!queue_.wait(node_, cx, locked));",
           "// for (;;) try_it();",
       })
    EXPECT_EQ(in_poll(body), 0U) << body;
}

TEST(PollLint, NamesLoopsThatMayNotEnd) {
  for (const char* body : {
           "for (;;) if (try_it()) break;",
           "while (poll_ready(cx).is_ready()) { try_it(); }",
           "do { try_it(); } while (!poll_ready(cx).is_pending());",
           "// a comment of another kind\n while (next()) poll_child();",
           "for (;;) { try { auto got = a.poll(cx); if (got.is_pending()) return pending; }"
           " catch (...) {} }",
           "for (;;) { if (pause_.poll(cx).is_pending()) return pending; if (::accept4(fd) >= 0)"
           " break; }",
       })
    EXPECT_EQ(in_poll(body), 1U) << body;
}

TEST(PollLint, ReadsEveryFunctionThatIsGivenAContext) {
  const std::string loop = "{ while (more()) try_it(); }\n";
  EXPECT_EQ(
      check_polls("common/x.cpp", "Poll<int> A::poll_read(Context& cx, int n) " + loop).size(), 1U);
  EXPECT_EQ(
      check_polls("common/x.h", "bool operator()(auto& io, Context& cx) const " + loop).size(), 1U);
  EXPECT_EQ(check_polls("common/x.h", "auto f = [&](Context& cx) -> Poll<int> " + loop).size(), 1U);
  EXPECT_EQ(check_polls("common/x.h", "void run() " + loop).size(), 0U);
}

std::size_t blocking(const std::string& line, const char* file = "chapters/17_io/x.cpp") {
  return check_blocking(file, line + "\n").size();
}

TEST(BlockingLint, NamesCallsThatWait) {
  EXPECT_EQ(blocking("::flock(fd, LOCK_EX);"), 1U);
  EXPECT_EQ(blocking("::getaddrinfo(name, port, &hints, &all);"), 1U);
  EXPECT_EQ(blocking("std::this_thread::sleep_for(1ms);"), 1U);
  EXPECT_EQ(blocking("fd = ::open(path.c_str(), O_RDONLY);"), 1U)
      << "a named pipe waits for a writer";
  EXPECT_EQ(blocking("::fsync(fd);", "chapters/20_web_server/server/access_log.cpp"), 1U);
}

TEST(BlockingLint, TakesThoseThatDoNotOrThatSayWhy) {
  EXPECT_EQ(blocking("::flock(fd, LOCK_EX | LOCK_NB);"), 0U);
  EXPECT_EQ(blocking("::open(path.c_str(), O_RDONLY | O_NONBLOCK);"), 0U);
  EXPECT_EQ(blocking("file.open(path);"), 0U);
  EXPECT_EQ(blocking("// blocks: on a thread of its own\n::getaddrinfo(a, b, c, d);"), 0U);
  EXPECT_EQ(blocking("::fsync(fd);", "chapters/14_blocking/file_calls.cpp"), 0U);
  EXPECT_EQ(blocking("// blocks: on the pool, all of it\n#include <a>\n\n::fsync(fd);"), 0U);
}

TEST(AssignmentLint, NamesOneByValueOfATypeThatIsMadeOfNothing) {
  const std::string by_value = "  X& operator=(X other) noexcept {\n";
  EXPECT_EQ(check_assignments("common/x.h", "  X() noexcept = default;\n" + by_value).size(), 1U);
  EXPECT_EQ(check_assignments("common/x.h", "  explicit X(int fd);\n" + by_value).size(), 0U);
  EXPECT_EQ(check_assignments("common/x.h", "  X() = default;\n  X& operator=(X&& x);\n").size(),
            0U);
}

template <class Check>
void check_all(Check check) {
  const auto root = test::source_dir();
  for (const char* folder : {"common", "chapters", "tests"}) {
    for (const auto& file : files_under(root / folder, {".h", ".cpp"})) {
      expect_none(check(file.lexically_relative(root), read_file(file)));
    }
  }
}

TEST(TheBook, PollsEnd) { check_all(check_polls); }

TEST(TheBook, BlocksNoThreadThatRunsTasks) { check_all(check_blocking); }

TEST(TheBook, AssignsNothingByValue) { check_all(check_assignments); }

}  // namespace polls_test
}  // namespace book::docs
