#include "docs/sources.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "support/paths.h"

namespace book::docs {
namespace sources_test {

std::size_t upstairs(const std::string& file, const std::string& include) {
  return check_includes(file, "// a file\n#include \"" + include + "\"\n").size();
}

TEST(Includes, PointDownstairs) {
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "common/poll.h"), 0U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "05_async_await/async.h"), 0U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "07_join/join_all.h"), 0U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "join_all.h"), 0U);
  EXPECT_EQ(upstairs("chapters/07_join/solutions/map.h", "../join.h"), 0U);
  EXPECT_EQ(upstairs("chapters/book.h", "20_web_server/server/server.h"), 0U) << "the roof";
  EXPECT_EQ(upstairs("tests/common/poll_test.cpp", "17_io/http/request_head.h"), 0U) << "tests may";
  EXPECT_EQ(check_includes("common/poll.h", "/*\n#include \"07_join/join.h\"\n*/\n").size(), 0U);
}

// Chapters, tests, exercises and what the reader makes of them: a function that is meant for a
// coroutine and has neither co_await nor co_return gives its caller no Async at all.
TEST(ForgottenReturns, AreErrorsForEveryTarget) {
  std::ifstream rules(test::binary_dir() / "build.ninja");
  if (!rules) GTEST_SKIP() << "this build is not ninja's";
  std::size_t flags = 0, without = 0;
  for (std::string line; std::getline(rules, line);) {
    if (line.find("FLAGS = ") == std::string::npos || line.find("-std=") == std::string::npos)
      continue;
    ++flags;
    if (line.find("-Werror=return-type") == std::string::npos) ++without;
  }
  EXPECT_GT(flags, 100U) << "it reads the wrong lines";
  EXPECT_EQ(without, 0U);
}

TEST(Includes, OfFmtIsTheHeaderThatEveryVersionHas) {
  EXPECT_EQ(check_includes("common/poll.h", "#include <fmt/core.h>\n").size(), 1U);
  EXPECT_EQ(check_includes("common/poll.h", "#include <fmt/format.h>\n").size(), 0U);
}

TEST(Includes, UpstairsIsRefused) {
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "08_select/select.h"), 1U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "../08_select/select.h"), 1U);
  EXPECT_EQ(upstairs("chapters/07_join/solutions/map.h", "../../08_select/select.h"), 1U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "chapters/08_select/select.h"), 1U);
  EXPECT_EQ(upstairs("common/poll.h", "01_simple_future/join.h"), 1U);
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "book.h"), 1U) << "nothing stands on the roof";
  EXPECT_EQ(upstairs("chapters/07_join/join.h", "support/watchdog.h"), 1U);
}

std::vector<Problem> lint(const std::string& body) {
  return check_coroutines("chapters/05_async_await/x.cpp", "Async<int> f() {\n" + body + "\n}\n");
}

class Good : public testing::TestWithParam<const char*> {};
class Bad : public testing::TestWithParam<const char*> {};

TEST_P(Good, Passes) {
  for (const Problem& problem : lint(GetParam()))
    ADD_FAILURE() << problem.what << "\n" << GetParam();
}
TEST_P(Bad, IsFlagged) { EXPECT_EQ(lint(GetParam()).size(), 1U) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(
    CoroutineLint, Good,
    testing::Values(
        "co_await sleep(1ms);",
        "int r = co_await f();\n int s = co_await g(r, std::string(\"{?\"));",
        "const bool ok = co_await x; if (ok) co_return 1; else co_await y;",
        "for (;;) { auto item = co_await next(s); if (!item) break; }", "sum += co_await x;",
        "co_return co_await x;", "auto&& r = co_await std::move(x);", "Poll<int>&& r = co_await x;",
        "auto pair = co_await x; auto& [a, b] = pair;",
        "auto f = [n = std::move(n)] { return n; }; int r = co_await call(std::move(f));",
        "int r = co_await poll_fn([&](Context& cx) { return a && b ? p(Agg{1, 2}) : q(); });",
        "int r = co_await poll_fn([&n, this] { return n; });", "co_await Yield{};",
        "int r = (co_await x) + 1;", "try { co_await x; } catch (...) { failed = true; }",
        "if (a && b) co_await x;", "while (a ? b : c) { co_await x; }",
        "for (int i = 0; i < 3; ++i) co_await x;",
        "auto l = [](int a) -> Async<int> { int r = co_await f(a); co_return r; };",
        "auto l = [&]() -> Async<std::vector<int>> { int r = co_await f(a); co_return r; }; "
        "co_await l();",
        "auto l = async([&]() -> Async<> { co_await f(a); });",
        "switch (n) { case 1: { co_await x; } case 2: co_await y; default: co_await z; }",
        "(void)co_await x;", "values[2] = co_await x;",
        "auto ends = f(); auto& [a, b] = ends; co_return a;",
        "const auto& [a, b] = ends; co_await x;", "for (auto& [a, b] : map) co_await x;",
        "auto l = [] { auto [a, b] = f(); return a; }; co_await x;",
        "// if (co_await x)\n const char* s = R\"(if (co_await x) y)\"; /* a && co_await x */",
        "auto operator co_await() const noexcept; int my_co_await = 3;"));

INSTANTIATE_TEST_SUITE_P(
    CoroutineLint, Bad,
    testing::Values(
        "if (co_await x) y();", "if (bool ok = co_await x; ok) y();",
        "if constexpr (co_await x) y();", "while (!(co_await x)) {}",
        "for (auto v : co_await x) {}", "do { y(); } while (co_await x);",
        "switch (co_await x) { default: break; }", "bool r = a && co_await x;",
        "bool r = co_await x == 1 || b;", "bool r = (co_await x) && b;",
        "int r = a ? co_await x : 2;", "int r = co_await (a ? x : y);",
        "int r = co_await f(a ? 1 : 2);", "auto [a, b] = co_await x;",
        "const auto& [a, b] = co_await x;", "auto [a, b] = f(); co_return a;",
        "if (x) { const auto [a, b] = f(); } co_await y;", "for (auto [a, b] : map) co_await x;",
        "co_await y; while (x) { auto [a, b] = f(); }",
        "auto l = [](int a) -> Async<int> { auto [b, c] = f(a); co_return b; };",
        "Agg a{1, co_await x};", "Agg a = {co_await x};", "int a[] = {1, co_await x};",
        "v.push_back(Agg{co_await x});", "co_return Agg{co_await x, 2};",
        "int r = co_await f(Agg{1, 2});", "int r = co_await f({1, 2});",
        "int r = co_await f({.a = 1});", "int r = co_await Agg{1, 2};",
        "int r = co_await call([n = std::move(n)] { return n; });",
        "int r = co_await call([=] { return n; });",
        "co_await for_each(s, [p](int x) { use(x, p); });", "EXPECT_EQ(co_await x, 3);",
        "v.push_back(co_await x);", "int r = v[co_await x];",
        "auto l = [](int a) -> Async<int> { if (co_await f(a)) co_return 1; co_return 0; };"));

TEST(CoroutineLint, TwoInOneStatementAreFlaggedTwice) {
  EXPECT_EQ(lint("int r = co_await x + co_await y;").size(), 2U);
}

TEST(CoroutineLint, AFunctionThatIsNoCoroutineMayBindByValue) {
  EXPECT_EQ(lint("auto [a, b] = f(); return a;").size(), 0U);
  EXPECT_EQ(lint("auto [a, b] = f(); auto l = [&]() -> Async<> { co_await a; }; use(l);").size(),
            0U);
}

TEST(CoroutineLint, OnlyThePagesOfMistakesMayAllowOne) {
  const std::string source = "void f() {\n  if (co_await x) y();  // lint: allow co_await\n}\n";
  EXPECT_EQ(check_coroutines("tests/docs/canary/condition.cpp", source).size(), 0U);
  EXPECT_EQ(check_coroutines("chapters/05_async_await/main.cpp", source).size(), 1U);
}

std::vector<Problem> lint_locks(const std::string& body) {
  return check_locks("chapters/12_sync/x.cpp", "Async<int> f() {\n" + body + "\n}\n");
}

class LetsGo : public testing::TestWithParam<const char*> {};
class Holds : public testing::TestWithParam<const char*> {};

TEST_P(LetsGo, Passes) {
  for (const Problem& problem : lint_locks(GetParam()))
    ADD_FAILURE() << problem.what << "\n" << GetParam();
}
TEST_P(Holds, IsFlagged) { EXPECT_EQ(lint_locks(GetParam()).size(), 1U) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(
    LockLint, Holds,
    testing::Values(
        "std::lock_guard lock(m); co_await x;",
        "std::lock_guard<std::mutex> lock(m);\n co_await x;",
        "const std::scoped_lock both(a, b); if (c) { d(); co_await x; }",
        "std::unique_lock lock{m}; co_await x;",
        "std::shared_lock<std::shared_mutex> l(m); co_await x;",
        "auto lock = std::unique_lock(m); co_await x;",
        "auto lock = std::unique_lock<std::mutex>(m); co_await x;",
        "std::unique_lock<std::mutex> lock = take(); co_await x;",
        "using std::unique_lock; unique_lock l(m); co_await x;",
        "Locked locked(queue.lock); co_await x;", "std::lock_guard lock(m); co_yield 1;",
        "for (;;) { std::lock_guard lock(m); int r = co_await x; }",
        "std::unique_lock lock(m, std::try_to_lock); co_await x;",
        "std::unique_lock lock(m); lock.unlock(); lock.lock(); co_await x;",
        "std::unique_lock lock(m, std::defer_lock); y(); lock.lock(); co_await x;",
        "std::unique_lock<std::mutex> lock; lock = std::unique_lock(m); co_await x;",
        "std::unique_lock lock(m); if (full) { lock.unlock(); co_return 1; } co_await x;",
        "std::unique_lock lock(m); other.unlock(); co_await x;",
        "std::lock_guard lock(m); auto l = [] { return 1; }; co_await x;",
        "std::lock_guard lock(m); v[i] = 1; co_await x;",
        "auto l = [](std::unique_lock<std::mutex> held) -> Async<> { co_await x; };",
        "auto l = [&]() -> Async<> { std::lock_guard lock(m); co_await x; };",
        "std::lock_guard lock(m); struct Pair { int a, b; }; co_await x;",
        "if (std::unique_lock lock(m, std::try_to_lock); lock) { co_await x; }",
        "std::lock_guard lock(m);  // lint: allow lock\n co_await x;"));

INSTANTIATE_TEST_SUITE_P(
    LockLint, LetsGo,
    testing::Values(
        "{ std::lock_guard lock(m); ++n; } co_await x;", "co_await x; std::lock_guard lock(m);",
        "std::unique_lock lock(m); ++n; lock.unlock(); co_await x;",
        "std::unique_lock lock(m); { lock.unlock(); } co_await x;",
        "std::unique_lock lock(m, std::defer_lock); co_await x;",
        "std::unique_lock lock(m); if (full) { lock.unlock(); co_await x; lock.lock(); }",
        "std::unique_lock lock(m); auto later = [&]() -> Async<> { co_await x; };",
        "std::unique_lock lock(m); keep(std::move(lock)); co_await x;",
        "if (a) { std::lock_guard lock(m); ++n; } else { co_await x; }",
        "if (std::unique_lock lock(m, std::try_to_lock); lock) { ++n; } co_await x;",
        "auto guard = co_await mutex.lock(); co_await x;",
        "Guard<int> lock = co_await m.lock(); co_await x;",
        "// std::lock_guard lock(m);\n co_await x;",
        "const char* s = \"std::lock_guard lock(m);\"; co_await x;",
        "auto l = [] { std::lock_guard lock(m); }; co_await x;",
        "struct S { std::unique_lock<std::mutex> lock; Async<> f() { co_await x; } }; co_await x;",
        "void g(std::unique_lock<std::mutex> lock); co_await x;",
        "auto l = [](std::unique_lock<std::mutex>& lock) -> Async<> { lock.unlock(); co_await x; "
        "};",
        "using Lock = std::unique_lock<std::mutex>; co_await x;",
        "my_lock_guard lock(m); co_await x;",
        "static_assert(!is_send<std::unique_lock<std::mutex>>); co_await x;"));

TEST(LockLint, FollowsTheLockToTheEndOfItsScopeAndNoFurther) {
  const std::string source =
      "Async<> f() {\n  std::lock_guard lock(m);\n  co_await a;\n  co_await b;\n}\n"
      "Async<> g() {\n  co_await c;\n}\n";
  const auto problems = check_locks("chapters/18_chat_server/chat.cpp", source);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].where, "chapters/18_chat_server/chat.cpp:3");
  EXPECT_EQ(problems[1].where, "chapters/18_chat_server/chat.cpp:4");
  EXPECT_NE(problems[0].what.find("the lock 'lock' of line 2"), std::string::npos);
}

TEST(LockLint, OnlyTheStoryOfTheMistakeMayAllowOne) {
  const std::string source =
      "Async<> f() {\n  std::unique_lock lock(m);  // lint: allow lock\n  co_await x;\n}\n";
  EXPECT_EQ(check_locks("chapters/12_sync/story/stall.cpp", source).size(), 0U);
  EXPECT_EQ(check_locks("chapters/12_sync/mutex.h", source).size(), 1U);
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

TEST(TheBook, IncludesPointDownstairs) { check_all(check_includes); }

TEST(TheBook, CoroutinesKeepTheHouseRules) { check_all(check_coroutines); }

TEST(TheBook, CoroutinesHoldNoStdLockWhileTheyAreSuspended) { check_all(check_locks); }

// A wrong answer that is a patch is a source only when it is applied, for the proof.
TEST(TheBook, CoroutinesOfWrongAnswersKeepTheHouseRules) {
  if (!std::getenv("BOOK_CHECK_EXERCISES")) GTEST_SKIP() << "only where the exercises are proved";
  const auto folder = test::binary_dir() / "exercises";
  const auto files = files_under(folder, {".h"});
  EXPECT_FALSE(files.empty()) << folder;
  for (const auto& file : files) {
    expect_none(check_coroutines(file.lexically_relative(folder), read_file(file)));
  }
}

TEST(TheBook, HeadersFitTwoScreens) {
  const auto root = test::source_dir();
  for (const char* folder : {"common", "chapters"}) {
    for (const auto& file : files_under(root / folder, {".h"})) {
      const auto lines = split_lines(read_file(file)).size();
      if (lines > 200) {
        std::cerr << "warning: " << file.lexically_relative(root).string() << " has " << lines
                  << " lines; a header should fit in 200. Is there a second idea in it?\n";
      }
    }
  }
}

}  // namespace sources_test
}  // namespace book::docs
