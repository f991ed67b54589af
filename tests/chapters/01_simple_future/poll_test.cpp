#include "01_simple_future/simple_future.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "01_simple_future/and_then.h"
#include "01_simple_future/join.h"
#include "01_simple_future/socket_read.h"
#include "chapters/01_simple_future/probe.h"

namespace book::simple {
namespace poll_test {

using test::Probe;

static_assert(SimpleFuture<SocketRead>);
static_assert(SimpleFuture<SocketRead&>, "a borrowed future is a future");
static_assert(SimpleFuture<Join<SocketRead, Probe>>);
static_assert(SimpleFuture<JoinAll<SocketRead>>);
static_assert(SimpleFuture<AndThen<Probe, SocketRead>>);
static_assert(SimpleFuture<Join<AndThen<Probe, SocketRead>, JoinAll<Probe>>>, "they nest");

struct NoOutput {
  Poll<int> poll(Wake);
};
struct NoWake {
  using Output = int;
  Poll<int> poll();
};
struct OtherOutput {
  using Output = std::string;
  Poll<int> poll(Wake);
};
struct NothingToTell {
  using Output = void;
  Poll<void> poll(Wake);
};
struct Signal {
  using Output = std::monostate;
  Poll<std::monostate> poll(Wake);
};

static_assert(!SimpleFuture<int>);
static_assert(!SimpleFuture<NoOutput>);
static_assert(!SimpleFuture<NoWake>);
static_assert(!SimpleFuture<OtherOutput>);
static_assert(!SimpleFuture<NothingToTell>, "a std::monostate says nothing just as well");
static_assert(SimpleFuture<Signal>);

static_assert(sizeof(void*) != 8 || sizeof(SocketRead) == 24, "the README says so");
static_assert(!std::is_copy_constructible_v<SocketRead>);
static_assert(!std::is_move_assignable_v<SocketRead>);

TEST(PollOfThisChapter, IsReadyWithAValueOrPending) {
  Poll<std::string> toast = std::string("toast");
  EXPECT_TRUE(toast.is_ready());
  EXPECT_EQ(std::move(toast).value(), "toast");

  Poll<std::string> not_yet = pending;
  EXPECT_TRUE(not_yet.is_pending());
  EXPECT_THROW(std::move(not_yet).value(), std::logic_error);
}

}  // namespace poll_test
}  // namespace book::simple
